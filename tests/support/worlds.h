// SPDX-License-Identifier: Apache-2.0
// Runs any program in any world of this process: threads, and engines that own parts of the
// workers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "murmur/algorithms/algorithm.h"
#include "murmur/core/options.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/ways/named.h"
#include "murmur/problems/problem.h"
#include "murmur/topology/topology.h"

namespace murmur::testing {

// f_i(x) = 1/2 sum_k a_ik (x_k - b_ik)^2 with a in [1, 2), b in [-1, 1): random but fixed, over two
// tensors (a matrix and a vector), long enough for several blocks. `alike`: all workers have f_0.
template <class S>
class RandomQuadratic : public problems::Problem<S> {
 public:
  struct Shape {
    std::int64_t matrix_rows = 60;
    std::int64_t matrix_columns = 90;
    std::int64_t vector_size = 35;
  };
  struct Kind {
    bool alike = false;          // all workers have f_0
    bool flat = false;           // no gradient at all
    bool starts_differ = false;  // every worker has its own start
    int first = 0;               // worker i is the others' worker first + i (modulo workers)
  };

  RandomQuadratic(int workers, Kind kind, Shape shape);
  explicit RandomQuadratic(int workers) : RandomQuadratic(workers, Kind{}, Shape{}) {}

  int workers() const override { return workers_; }
  const Layout& layout() const override { return layout_; }
  void prepare(int /*threads*/) override {}
  void start(int worker, std::span<S> row) const override;
  bool starts_differ() const override { return kind_.starts_differ; }
  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override;
  double loss(int worker, const problems::Model<S>& model, int thread) override;

  double curvature(int worker, std::size_t k) const { return at(curvature_, worker, k); }
  double center(int worker, std::size_t k) const { return at(center_, worker, k); }

 private:
  double at(const std::vector<double>& table, int worker, std::size_t k) const {
    return table[static_cast<std::size_t>(worker) * layout_.row_size() + k];
  }

  int workers_;
  Kind kind_;
  Layout layout_;
  std::vector<double> curvature_;  // worker x coordinate
  std::vector<double> center_;
};

// Settings of an algorithm's choices, flags, periods and of numbers at which it is another program:
// every pair of values of two options occurs in one of them.
struct Variant {
  std::string label;
  const algorithms::Algorithm* algorithm = nullptr;
  OptionValues options;
};
std::vector<Variant> variants();
template <class Holds>
std::vector<Variant> variants_where(const Holds& holds) {
  std::vector<Variant> all = variants();
  std::erase_if(all, [&](const Variant& v) {
    return !holds(v.algorithm->template program<double>(v.options));
  });
  return all;
}
// The name of a test of the variant.
std::string test_name_of(const Variant& variant);
std::ostream& operator<<(std::ostream& out, const Variant& variant);

std::shared_ptr<const topology::Topology> topology_of(const std::string& name, int workers);
// The same, or a ring where the program needs a graph that stays, or one that changes where it
// needs edges in both directions.
template <class S>
std::shared_ptr<const topology::Topology> topology_for(const Program<S>& program,
                                                       const std::string& name,
                                                       int workers) {
  if (program.needs_static_graph()) {
    return topology_of("ring", workers);
  }
  const bool directed = name.find("exponential") != std::string::npos;
  return topology_of(directed && engine::needs_undirected_graph(program) ? "random-ring" : name,
                     workers);
}

// One row per worker and field, models and memories, in field order.
template <class S>
using Rows = std::vector<std::vector<S>>;

struct World {
  int threads = 1;
  std::vector<int> ownership;  // empty: one process
  bool shares_memory = false;  // between the processes, as on one host
};

template <class S>
struct RunSpec {
  Program<S> program;
  std::shared_ptr<const topology::Topology> topology;
  std::function<std::unique_ptr<problems::Problem<S>>()> problem;
  std::vector<double> rates;  // one step each
  double weight_decay = 0;
  std::shared_ptr<engine::EventSchedule> schedule = nullptr;
  engine::GradientSettings gradient = {};
  std::vector<engine::TensorFactors> factors_of_tensors = {};
  std::shared_ptr<const engine::Participation> participation = nullptr;
  std::shared_ptr<const codecs::Compression<S>> compression = nullptr;
};

// The parts of an engine for these runs, in a world of its own.
template <class S>
engine::EngineParts<S> parts_of(const RunSpec<S>& spec,
                                problems::Problem<S>* problem,
                                threads::Pool* pool);

// All workers' models and memories after the run.
template <class S>
Rows<S> run(const RunSpec<S>& spec, const World& world = {});

// A problem, and an engine over it in one process.
template <class S>
struct Solo {
  explicit Solo(const RunSpec<S>& spec, int threads = 1);
  std::unique_ptr<problems::Problem<S>> problem;
  std::unique_ptr<threads::Pool> pool;
  std::unique_ptr<engine::Engine<S>> engine;
};

template <class S>
Rows<S> rows_of(engine::Engine<S>& engine);

}  // namespace murmur::testing
