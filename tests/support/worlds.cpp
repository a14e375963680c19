// SPDX-License-Identifier: Apache-2.0
#include "tests/support/worlds.h"

#include <algorithm>
#include <cctype>
#include <thread>

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
std::vector<Tried> worth_trying(const OptionInfo& option) {
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
  if (option.name == "momentum" && std::get<double>(option.fallback) == 0) {
    values.push_back({0.9, "0.9"});
  }
  if (std::holds_alternative<std::int64_t>(option.fallback)) {
    values.push_back({std::int64_t{3}, "3"});
  }
  return values;
}

// Adds every variant from `first` on again for each value of the option.
void vary(std::vector<Variant>& all, std::size_t first, const OptionInfo& option) {
  const std::size_t last = all.size();
  for (std::size_t k = first; k < last; ++k) {
    for (const Tried& tried : worth_trying(option)) {
      Variant varied = all[k];
      varied.options.set(option.name, tried.value);
      varied.label += " " + option.name + "=" + tried.text;
      all.push_back(std::move(varied));
    }
  }
}

}  // namespace

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    const std::size_t first = all.size();
    all.push_back({algorithm.name, &algorithm, OptionValues(algorithm.options)});
    for (const OptionInfo& option : algorithm.options) {
      vary(all, first, option);
    }
  }
  return all;
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
