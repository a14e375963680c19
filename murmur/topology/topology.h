// SPDX-License-Identifier: Apache-2.0
// Who hears whom at which step, and with which weight: pure functions of (workers, step, seed).
// Weights: row i of a matrix is what worker i receives, x_i <- sum_j w_ij x_j.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::topology {

struct Neighbor {
  int worker = 0;
  double weight = 0;
};

// One step's weights, sparse. INVARIANT: neighbors of a row are in ascending order, without the
// worker itself, with weights other than 0.
class MixingMatrix {
 public:
  explicit MixingMatrix(int workers)
      : self_(static_cast<std::size_t>(workers), 1.0), in_(static_cast<std::size_t>(workers)) {}

  int workers() const { return static_cast<int>(self_.size()); }
  double self(int worker) const { return self_[static_cast<std::size_t>(worker)]; }
  // From whom `worker` receives.
  const std::vector<Neighbor>& in(int worker) const {
    return in_[static_cast<std::size_t>(worker)];
  }
  // w_ij; 0 where there is no edge.
  double weight(int to, int from) const;
  // How many other workers hear `worker`.
  int out_degree(int worker) const;
  std::int64_t edges() const;  // directed ones, without self-loops: messages of one mix
  std::vector<std::vector<double>> dense() const;

  void set_self(int worker, double weight) { self_[static_cast<std::size_t>(worker)] = weight; }
  // Replaces the row's neighbors; sorts them, drops zeros. REQUIRES: distinct, not the worker
  // itself.
  void set_in(int worker, std::vector<Neighbor> neighbors);

 private:
  std::vector<double> self_;
  std::vector<std::vector<Neighbor>> in_;
};

class Topology {
 public:
  Topology() = default;
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  virtual ~Topology() = default;

  virtual int workers() const = 0;
  // Steps after which the matrices repeat: 1 where they never change, 0 where they never repeat.
  virtual std::int64_t period() const = 0;
  // REQUIRES: step >= 0. Any thread may ask.
  virtual MixingMatrix at(std::int64_t step) const = 0;
};

// A row of the table of topologies: what `murmur list topologies` shows.
struct TopologyInfo {
  std::string name;
  std::string summary;
  std::string paper = {};
  bool directed = false;
  bool varies = false;       // the matrices change from step to step
  bool random = false;       // the seed matters
  int typical_workers = 16;  // a number of workers that it exists for; 0: the options say how many
  std::vector<OptionInfo> options;
};

const std::vector<TopologyInfo>& topologies();
// Null where there is no topology of that name.
const TopologyInfo* find_topology(std::string_view name);

// REQUIRES: `name` is in topologies(), `options` holds all of its options. A graph that does not
// fit (a hypercube of 12) is a Failure of kind kInvalid with the reason and what would fit.
Result<std::shared_ptr<const Topology>> make_topology(const std::string& name,
                                                      int workers,
                                                      const OptionValues& options,
                                                      std::uint64_t seed);

}  // namespace murmur::topology
