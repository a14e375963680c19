// SPDX-License-Identifier: Apache-2.0
// Which worker receives from which at each step, and with which weight: pure functions of (workers,
// step, seed). Row i of a matrix holds the weights with which worker i receives: x_i <- sum_j w_ij
// x_j.
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

// The weights of one step, sparse. INVARIANT: the neighbors of a row are in ascending order,
// exclude the worker itself, and have nonzero weights.
class MixingMatrix {
 public:
  explicit MixingMatrix(int workers)
      : self_(static_cast<std::size_t>(workers), 1.0), in_(static_cast<std::size_t>(workers)) {}

  int workers() const { return static_cast<int>(self_.size()); }
  double self(int worker) const { return self_[static_cast<std::size_t>(worker)]; }
  // The workers from which `worker` receives.
  const std::vector<Neighbor>& in(int worker) const {
    return in_[static_cast<std::size_t>(worker)];
  }
  // w_ij; 0 if there is no edge.
  double weight(int to, int from) const;
  // Number of other workers that receive from `worker`.
  int out_degree(int worker) const;
  std::int64_t edges() const;  // directed, without self-loops: messages of one mix
  std::vector<std::vector<double>> dense() const;

  void set_self(int worker, double weight) { self_[static_cast<std::size_t>(worker)] = weight; }
  // Replaces the neighbors of a row; sorts them and drops zero weights. REQUIRES: neighbors are
  // distinct and exclude the worker itself.
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
  // Number of steps after which the matrices repeat: 1 if they are constant, 0 if they never
  // repeat.
  virtual std::int64_t period() const = 0;
  // REQUIRES: step >= 0. Thread-safe.
  virtual MixingMatrix at(std::int64_t step) const = 0;
};

// An entry of the registry of topologies, as `murmur list topologies` shows it.
struct TopologyInfo {
  std::string name;
  std::string summary;
  std::string paper = {};
  bool directed = false;
  bool varies = false;       // the matrices change from step to step
  bool random = false;       // depends on the seed
  int typical_workers = 16;  // a valid number of workers; 0: given by the options
  std::vector<OptionInfo> options;
};

const std::vector<TopologyInfo>& topologies();
// Null if there is no topology of that name.
const TopologyInfo* find_topology(std::string_view name);

// REQUIRES: `name` is in topologies(), and `options` holds all of its options. If the graph does
// not exist for this number of workers (a hypercube of 12), the result is a Failure of kind
// kInvalid with the reason and valid alternatives.
Result<std::shared_ptr<const Topology>> make_topology(const std::string& name,
                                                      int workers,
                                                      const OptionValues& options,
                                                      std::uint64_t seed);

}  // namespace murmur::topology
