// SPDX-License-Identifier: Apache-2.0
#include "tests/support/oracles.h"

#include <algorithm>
#include <cmath>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::testing {
namespace {

OptionValues values_of(const std::vector<OptionInfo>& infos, const NamedOptions& options) {
  OptionValues values(infos);
  for (const auto& [option_name, value] : options) {
    const std::string& name = option_name;
    const auto is = [&](const OptionInfo& info) { return info.name == name; };
    MURMUR_CHECK(std::any_of(infos.begin(), infos.end(), is), "no option {}", name);
    values.set(name, value);
  }
  return values;
}

Table table_of(const Stack& all, int workers) {
  Table rows;
  for (int worker = 0; worker < workers; ++worker) {
    const Stack one = of_worker(all, workers, worker);
    rows.emplace_back(std::begin(one), std::end(one));
  }
  return rows;
}

}  // namespace

Program<double> program_of(const std::string& algorithm, const NamedOptions& options) {
  const algorithms::Algorithm* found = algorithms::find_algorithm(algorithm);
  MURMUR_CHECK(found != nullptr, "no algorithm {}", algorithm);
  return found->program<double>(values_of(found->options, options));
}

Program<double> program_of(const Variant& variant) {
  return variant.algorithm->program<double>(variant.options);
}

Program<double> with_outer_of(const std::string& outer,
                              const NamedOptions& options,
                              Program<double> base,
                              bool starts_differ) {
  const algorithms::OuterStep* found = algorithms::find_outer_step(outer);
  MURMUR_CHECK(found != nullptr, "no outer step {}", outer);
  return algorithms::with_outer(
      std::move(base), *found, values_of(found->options, options), starts_differ);
}

Program<double> until_mixing(Program<double> program) {
  const auto mixing = std::find_if(program.round.begin(),
                                   program.round.end(),
                                   [](const Stage<double>& stage) { return stage.is<MixStage>(); });
  program.round.erase(mixing, program.round.end());
  return program;
}

MakeProblem problem_of(const std::string& name, int workers, const NamedOptions& options) {
  for (const problems::ProblemInfo& info : problems::problems()) {
    if (info.name == name) {
      return [=, values = values_of(info.options, options)] {
        return problems::make_problem<double>(name, workers, values, 1).value();
      };
    }
  }
  MURMUR_CHECK(false, "no problem {}", name);
}

SharedTopology topology_of(const std::string& name, int workers, const NamedOptions& options) {
  const topology::TopologyInfo* found = topology::find_topology(name);
  MURMUR_CHECK(found != nullptr, "no topology {}", name);
  return topology::make_topology(name, workers, values_of(found->options, options), 1).value();
}

SharedTopology weights_of(const Table& matrix) {
  return topology_of("custom", static_cast<int>(matrix.size()), {{"weights", Tables{matrix}}});
}

std::vector<std::pair<std::string, SharedTopology>> doubly_stochastic_topologies() {
  std::vector<std::pair<std::string, SharedTopology>> all;
  const std::vector<std::pair<std::string, int>> names{{"ring", 5},
                                                       {"torus", 9},
                                                       {"complete", 4},
                                                       {"star", 6},
                                                       {"exponential", 6},
                                                       {"one-peer-exponential", 6},
                                                       {"random-matching", 7},
                                                       {"random-ring", 5},
                                                       {"margulis", 9},
                                                       {"social", 32}};
  for (const auto& [name, workers] : names) {
    all.emplace_back(name, topology_of(name, workers, {}));
  }
  return all;
}

Stack mix(const Table& w, const Stack& all) {
  const std::size_t dimension = all.size() / w.size();
  Stack mixed(all.size());
  for (std::size_t i = 0; i < w.size(); ++i) {
    for (std::size_t j = 0; j < w.size(); ++j) {
      for (std::size_t k = 0; k < dimension; ++k) {
        mixed[i * dimension + k] += w[i][j] * all[j * dimension + k];
      }
    }
  }
  return mixed;
}

Stack of_worker(const Stack& all, int workers, int worker) {
  const std::size_t dimension = all.size() / static_cast<std::size_t>(workers);
  return all[std::slice(static_cast<std::size_t>(worker) * dimension, dimension, 1)];
}

Stack mean_of(const Stack& all, int workers) {
  Stack sum(all.size() / static_cast<std::size_t>(workers));
  for (int worker = 0; worker < workers; ++worker) {
    sum += of_worker(all, workers, worker);
  }
  return sum / static_cast<double>(workers);
}

Stack everywhere(const Stack& one, int workers) {
  Stack all(one.size() * static_cast<std::size_t>(workers));
  for (std::size_t c = 0; c < all.size(); ++c) {
    all[c] = one[c % one.size()];
  }
  return all;
}

double apart(const Stack& a, const Stack& b) {
  MURMUR_CHECK(a.size() == b.size(), "{} and {} coordinates", a.size(), b.size());
  double most = 0;
  for (std::size_t c = 0; c < a.size(); ++c) {
    const double difference = std::abs(a[c] - b[c]);
    most = difference <= most ? most : difference;
    if (!std::isfinite(difference)) {
      return difference;
    }
  }
  return most;
}

double spread(const Stack& all, int workers) {
  return apart(all, everywhere(mean_of(all, workers), workers));
}

MakeProblem Quadratic::problem() const {
  return problem_of("quadratic",
                    workers,
                    {{"curvature", table_of(curvature, workers)},
                     {"center", table_of(center, workers)},
                     {"start", table_of(start, workers)}});
}

Quadratic random_quadratic(int workers, std::size_t dimension) {
  const std::size_t size = static_cast<std::size_t>(workers) * dimension;
  Quadratic quadratic{workers, Stack(size), Stack(size), Stack(size)};
  for (std::size_t c = 0; c < size; ++c) {
    quadratic.curvature[c] = 1 + Random(11, Stream::kTest, 0, 0).uniform(c);
    quadratic.center[c] = 2 * Random(11, Stream::kTest, 0, 1).uniform(c) - 1;
    quadratic.start[c] = Random(11, Stream::kTest, 0, 2).normal(c % dimension);
  }
  return quadratic;
}

Quadratic golden_quadratic() {
  return {4,
          {1.0, 2.0, 1.5, 1.75, 2.0, 1.5, 2.5, 1.25},
          {0.0, 0.0, 1.0, -0.5, 2.0, -1.0, 3.0, -1.5},
          everywhere({1.0, -1.0}, 4)};
}

void Walk::step(double rate) {
  const auto losses = solo_.engine->step(rate);
  MURMUR_CHECK(static_cast<bool>(losses), "{}", losses.failure().message);
}

void Walk::steps(const std::vector<double>& rates) {
  for (const double rate : rates) {
    step(rate);
  }
}

Stack Walk::stack_of(const std::function<const double*(int worker)>& row, int workers) const {
  const TensorSlot& slot = engine().layout().tensors().front();
  MURMUR_CHECK(engine().layout().tensors().size() == 1, "analytic problems have one tensor");
  Stack all(static_cast<std::size_t>(workers) * slot.size);
  for (int worker = 0; worker < workers; ++worker) {
    std::copy_n(row(worker) + slot.offset,
                slot.size,
                std::begin(all) +
                    static_cast<std::ptrdiff_t>(worker) * static_cast<std::ptrdiff_t>(slot.size));
  }
  return all;
}

Stack Walk::models() const {
  return stack_of([&](int worker) { return engine().model(worker); }, engine().local().size());
}

Stack Walk::field(const std::string& name) const {
  const std::size_t f = engine().program().index_of(name);
  const int rows = engine().program().fields[f].shared ? 1 : engine().local().size();
  return stack_of([&](int worker) { return engine().row(f, worker).data(); }, rows);
}

void Walk::take_state_of(const Walk& other) {
  const Program<double>& program = engine().program();
  for (std::size_t f = 0; f < program.fields.size(); ++f) {
    if (program.fields[f].kind == FieldKind::kScratch) {
      continue;
    }
    const std::size_t theirs = other.engine().program().index_of(program.fields[f].name);
    for (int worker = 0; worker < engine().local().size(); ++worker) {
      const std::span<const double> row = other.engine().row(theirs, worker);
      std::copy(row.begin(), row.end(), solo_.engine->mutable_row(f, worker).begin());
    }
  }
  solo_.engine->restore(other.engine().counters());
}

void Walk::set_models(const Stack& all) {
  set_field("x", all);
}

void Walk::set_field(const std::string& name, const Stack& all) {
  const std::size_t f = engine().program().index_of(name);
  const TensorSlot& slot = engine().layout().tensors().front();
  const int rows = static_cast<int>(all.size() / slot.size);
  for (int worker = 0; worker < rows; ++worker) {
    const Stack one = of_worker(all, rows, worker);
    std::copy(std::begin(one), std::end(one), solo_.engine->mutable_row(f, worker).begin());
  }
}

Walk walk_over(const Quadratic& quadratic,
               Program<double> program,
               SharedTopology topology,
               double decay) {
  return Walk({.program = std::move(program),
               .topology = std::move(topology),
               .problem = quadratic.problem(),
               .rates = {},
               .weight_decay = decay});
}

std::vector<double> constant(double rate, int count) {
  return std::vector<double>(static_cast<std::size_t>(count), rate);
}

}  // namespace murmur::testing
