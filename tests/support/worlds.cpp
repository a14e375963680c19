// SPDX-License-Identifier: Apache-2.0
#include "tests/support/worlds.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <thread>
#include <tuple>

#include "murmur/comm/host.h"
#include "murmur/comm/in_process/in_process_fabric.h"
#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::testing {

template <class S>
RandomQuadratic<S>::RandomQuadratic(int workers, Kind kind, Shape shape)
    : workers_(workers), kind_(kind), layout_(sizeof(S)) {
  layout_.add("weight", {shape.matrix_rows, shape.matrix_columns});
  layout_.add("bias", {shape.vector_size});
  for (int worker = 0; worker < workers; ++worker) {
    const int source = kind.alike ? 0 : (worker + kind.first) % workers;
    const Random curvature(7, Stream::kTest, source, 0);
    const Random center(7, Stream::kTest, source, 1);
    for (std::size_t k = 0; k < layout_.row_size(); ++k) {
      curvature_.push_back(kind.flat ? 0 : 1 + curvature.uniform(k));
      center_.push_back(2 * center.uniform(k) - 1);
    }
  }
}

template <class S>
void RandomQuadratic<S>::start(int worker, std::span<S> row) const {
  const int source = kind_.starts_differ ? (worker + kind_.first) % workers_ : 0;
  for (const TensorSlot& slot : layout_.tensors()) {
    for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
      row[k] = static_cast<S>(Random(7, Stream::kTest, source, 2).normal(k));
    }
  }
}

template <class S>
void RandomQuadratic<S>::gradients(std::span<problems::GradientJob<S>> jobs,
                                   int /*thread*/,
                                   const problems::RangeReady& ready) {
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    problems::GradientJob<S>& job = jobs[j];
    std::fill(job.gradient, job.gradient + layout_.row_size(), S(0));
    job.loss = loss(job.worker, job.x, 0);
    std::size_t end = layout_.row_size();
    for (std::size_t t = layout_.tensors().size(); t-- > 0;) {  // in the order of backward
      const TensorSlot& slot = layout_.tensors()[t];
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        const double x = static_cast<double>(job.x[k]);
        job.gradient[k] = static_cast<S>(curvature(job.worker, k) * (x - center(job.worker, k)));
      }
      ready(j, {slot.offset, end});
      end = slot.offset;
    }
  }
}

template <class S>
double RandomQuadratic<S>::loss(int worker, const problems::Model<S>& model, int /*thread*/) {
  const S* const x = model.x;
  double sum = 0;
  for (const TensorSlot& slot : layout_.tensors()) {
    for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
      const double away = static_cast<double>(x[k]) - center(worker, k);
      sum += 0.5 * curvature(worker, k) * away * away;
    }
  }
  return sum;
}

namespace {

struct Tried {
  OptionValue value;
  std::string text;
};

// Every value of an option that is worth testing besides its default.
std::vector<Tried> worth_trying(const algorithms::Algorithm& algorithm, const OptionInfo& option) {
  std::vector<Tried> values;
  for (const std::string& choice : option.choices) {
    if (option.fallback != OptionValue(choice)) {
      values.push_back({choice, choice});
    }
  }
  if (const bool* flag = std::get_if<bool>(&option.fallback); flag != nullptr) {
    values.push_back({!*flag, "other"});
  }
  if (option.name == "data_share") {
    values.push_back({0.25, "0.25"});
  }
  // Next to tracked directions of weight 0.9 a momentum diverges.
  if (option.name == "momentum" && std::get<double>(option.fallback) == 0 &&
      algorithm.name != "gut") {
    values.push_back({0.9, "0.9"});
  }
  const bool counts = std::holds_alternative<std::int64_t>(option.fallback);
  if (counts && option.bounds.contains(3) && option.name != "root") {  // which is of the topology
    values.push_back({std::int64_t{3}, "3"});
  }
  return values;
}

// A setting of an algorithm's options: of each the place among its values, 0 the default.
using Places = std::vector<std::size_t>;

// Every setting, the defaults first.
std::vector<Places> all_settings(const std::vector<std::vector<Tried>>& tried) {
  std::vector<Places> all{{}};
  for (const std::vector<Tried>& values : tried) {
    std::vector<Places> longer;
    for (const Places& places : all) {
      for (std::size_t place = 0; place <= values.size(); ++place) {
        longer.push_back(places);
        longer.back().push_back(place);
      }
    }
    all = std::move(longer);
  }
  return all;
}

using Pair = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;

// Of two options each its number and its place; of a single option twice itself.
std::set<Pair> pairs_of(const Places& places) {
  std::set<Pair> pairs;
  for (std::size_t a = 0; a < places.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      pairs.emplace(b, places[b], a, places[a]);
    }
  }
  return pairs;
}

// Settings in which every pair of values of two options occurs: the first of those with the most
// new pairs, again and again.
std::vector<Places> pairwise_settings(const std::vector<std::vector<Tried>>& tried) {
  std::vector<Places> all = all_settings(tried);
  std::vector<Places> chosen{all.front()};
  std::set<Pair> seen = pairs_of(chosen.front());
  while (true) {
    std::size_t most = 0;
    const Places* best = nullptr;
    for (const Places& places : all) {
      std::size_t fresh = 0;
      for (const Pair& pair : pairs_of(places)) {
        fresh += seen.contains(pair) ? 0 : 1;
      }
      if (fresh > most) {
        most = fresh;
        best = &places;
      }
    }
    if (best == nullptr) {
      return chosen;
    }
    chosen.push_back(*best);
    seen.merge(pairs_of(*best));
  }
}

Variant variant_of(const algorithms::Algorithm& algorithm,
                   const std::vector<std::vector<Tried>>& tried,
                   const Places& places) {
  Variant variant{algorithm.name, &algorithm, OptionValues(algorithm.options)};
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (places[k] > 0) {
      const Tried& value = tried[k][places[k] - 1];
      variant.options.set(algorithm.options[k].name, value.value);
      variant.label += " " + algorithm.options[k].name + "=" + value.text;
    }
  }
  return variant;
}

std::vector<Variant> all_variants() {
  std::vector<Variant> all;
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    std::vector<std::vector<Tried>> tried;
    for (const OptionInfo& option : algorithm.options) {
      tried.push_back(worth_trying(algorithm, option));
    }
    for (const Places& places : pairwise_settings(tried)) {
      all.push_back(variant_of(algorithm, tried, places));
    }
  }
  return all;
}

}  // namespace

std::vector<Variant> variants() {
  static const std::vector<Variant> kAll = all_variants();
  return kAll;
}

std::string test_name_of(const Variant& variant) {
  std::string name = variant.label;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

std::ostream& operator<<(std::ostream& out, const Variant& variant) {
  return out << variant.label;
}

std::shared_ptr<const topology::Topology> topology_of(const std::string& name, int workers) {
  for (const topology::TopologyInfo& info : topology::topologies()) {
    if (info.name == name) {
      return topology::make_topology(name, workers, OptionValues(info.options), 1).value();
    }
  }
  MURMUR_CHECK(false, "no topology {}", name);
}

template <class S>
Rows<S> rows_of(engine::Engine<S>& engine) {
  const Status settled = engine.settle();
  MURMUR_CHECK(static_cast<bool>(settled), "{}", settled.failure().message);
  Rows<S> rows;
  const std::vector<Field>& fields = engine.program().fields;
  for (int worker = engine.local().begin; worker < engine.local().end; ++worker) {
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (fields[f].kind != FieldKind::kScratch) {
        const std::span<const S> row = engine.row(f, worker);
        rows.emplace_back(row.begin(), row.end());
      }
    }
  }
  return rows;
}

template <class S>
engine::EngineParts<S> parts_of(const RunSpec<S>& spec,
                                problems::Problem<S>* problem,
                                threads::Pool* pool) {
  return {.program = spec.program,
          .topology = spec.topology,
          .problem = problem,
          .pool = pool,
          .ownership = comm::Ownership({problem->workers()}),
          .weight_decay = spec.weight_decay,
          .schedule = spec.schedule,
          .gradient = spec.gradient,
          .factors_of_tensors = spec.factors_of_tensors,
          .participation = spec.participation,
          .compression = spec.compression};
}

template <class S>
Solo<S>::Solo(const RunSpec<S>& spec, int threads)
    : problem(spec.problem()), pool(std::make_unique<threads::Pool>(threads)) {
  engine = std::make_unique<engine::Engine<S>>(parts_of(spec, problem.get(), pool.get()));
}

namespace {

template <class S>
Rows<S> run_one(const RunSpec<S>& spec, const World& world, comm::Transport* transport) {
  const std::unique_ptr<problems::Problem<S>> problem = spec.problem();
  threads::Pool pool(world.threads);
  const std::vector<int> sizes =
      transport == nullptr ? std::vector<int>{problem->workers()} : world.ownership;
  engine::EngineParts<S> parts = parts_of(spec, problem.get(), &pool);
  parts.transport = transport;
  parts.ownership = comm::Ownership(sizes);
  engine::Engine<S> engine(std::move(parts));
  for (const double rate : spec.rates) {
    const auto losses = engine.step(rate);
    MURMUR_CHECK(static_cast<bool>(losses), "{}", losses.failure().message);
  }
  return rows_of(engine);
}

}  // namespace

template <class S>
Rows<S> run(const RunSpec<S>& spec, const World& world) {
  if (world.ownership.empty()) {
    return run_one<S>(spec, world, nullptr);
  }
  const auto processes = world.ownership.size();
  comm::InProcessFabric fabric(static_cast<int>(processes));
  std::vector<Rows<S>> parts(processes);
  std::vector<std::thread> engines;
  for (std::size_t p = 0; p < processes; ++p) {
    engines.emplace_back([&, p] {
      auto transport = fabric.transport(static_cast<int>(p));
      if (world.shares_memory) {
        transport = comm::share_host(std::move(transport)).value();
      }
      parts[p] = run_one<S>(spec, world, transport.get());
    });
  }
  for (std::thread& engine : engines) {
    engine.join();
  }
  Rows<S> rows;
  for (const Rows<S>& part : parts) {
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

template class RandomQuadratic<float>;
template class RandomQuadratic<double>;
template Rows<float> run(const RunSpec<float>&, const World&);
template Rows<double> run(const RunSpec<double>&, const World&);
template engine::EngineParts<float> parts_of(const RunSpec<float>&,
                                             problems::Problem<float>*,
                                             threads::Pool*);
template engine::EngineParts<double> parts_of(const RunSpec<double>&,
                                              problems::Problem<double>*,
                                              threads::Pool*);
template struct Solo<float>;
template struct Solo<double>;
template Rows<float> rows_of(engine::Engine<float>&);
template Rows<double> rows_of(engine::Engine<double>&);

}  // namespace murmur::testing
