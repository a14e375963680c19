// SPDX-License-Identifier: Apache-2.0
#include "tests/worlds/mpi/run_recorder.h"

#include <bit>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/comm/exchange.h"
#include "murmur/core/check.h"
#include "murmur/files/digest.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

constexpr double kDecay = 0.01;

// Rates that change, including a step that only mixes.
double rate_of(int step) {
  constexpr double kRates[]{0.1, 0.1, 0.05, 0.05, 0.2, 0.0};
  return kRates[step % 6];
}

template <class T>
void add(files::Digest& digest, std::span<const T> values) {
  digest.add(std::as_bytes(values));
}

// Every model and memory of a worker.
template <class S>
void add_rows(files::Digest& digest, const engine::Engine<S>& engine, int worker) {
  const std::vector<Field>& fields = engine.program().fields;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].kind != FieldKind::kScratch) {
      add(digest, engine.row(f, worker));
    }
  }
}

// What every process computes or counts over all workers.
template <class S>
std::string common_of(engine::Engine<S>& engine) {
  std::vector<S> average(engine.layout().row_size());
  const Status settled = engine.settle();
  MURMUR_CHECK(static_cast<bool>(settled), "{}", settled.failure().message);
  const Status averaged = engine.average_model(average);
  MURMUR_CHECK(static_cast<bool>(averaged), "{}", averaged.failure().message);
  const Result<double> apart = engine.consensus_distance(average);
  const engine::Counters& counters = engine.counters();
  files::Digest digest;
  add<S>(digest, average);
  add<double>(digest, counters.push_weights);
  return fmt::format("average {} distance {:016x} bytes {} messages {}",
                     files::to_hex(digest.value()),
                     std::bit_cast<std::uint64_t>(apart.value()),
                     counters.bytes_sent,
                     counters.messages);
}

}  // namespace

comm::Ownership RunRecorder::ownership(int workers, Split split) const {
  const int processes = transport_ == nullptr ? 1 : transport_->processes();
  if (split == Split::kEven) {
    return comm::Ownership::even(workers, processes);
  }
  std::vector<int> sizes(static_cast<std::size_t>(processes), 1);
  const std::size_t large = split == Split::kFirstSmall && processes > 1 ? 1 : sizes.size() - 1;
  sizes[large] = workers - processes + 1;
  return comm::Ownership(sizes);
}

template <class S>
void RunRecorder::perform(const std::string& label, const Experiment<S>& experiment, Split split) {
  const int workers = experiment.topology->workers();
  engine::Engine<S> engine({.program = experiment.program,
                            .topology = experiment.topology,
                            .problem = experiment.problem,
                            .pool = &pool_,
                            .transport = transport_,
                            .ownership = ownership(workers, split),
                            .weight_decay = kDecay,
                            .schedule = experiment.schedule,
                            .gradient = experiment.gradient,
                            .factors_of_tensors = experiment.factors_of_tensors,
                            .participation = experiment.participation,
                            .compression = experiment.compression});
  const comm::WorkerRange local = engine.local();
  std::vector<files::Digest> digests(static_cast<std::size_t>(local.size()));
  for (int step = 0; step < experiment.steps; ++step) {
    const auto losses = engine.step(rate_of(step));
    MURMUR_CHECK(static_cast<bool>(losses), "{}: {}", label, losses.failure().message);
    for (std::size_t i = 0; i < digests.size(); ++i) {
      add(digests[i], losses.value().subspan(i, 1));
    }
  }
  RunResult result{.label = label, .common = common_of(engine)};
  for (std::size_t i = 0; i < digests.size(); ++i) {
    add_rows(digests[i], engine, local.begin + static_cast<int>(i));
    result.workers.push_back(files::to_hex(digests[i].value()));
  }
  results_.push_back(result);
}

std::vector<std::string> RunRecorder::lines() {
  json mine = json::array();
  for (const RunResult& result : results_) {
    mine.push_back({{"common", result.common}, {"workers", result.workers}});
  }
  std::vector<std::string> texts{mine.dump()};
  if (transport_ != nullptr) {
    texts = comm::exchange_texts(*transport_, mine.dump()).value();
  }
  std::vector<json> all;
  for (const std::string& text : texts) {
    all.push_back(json::parse(text));
  }
  std::vector<std::string> lines;
  for (std::size_t run = 0; process() == 0 && run < results_.size(); ++run) {
    std::string line = results_[run].label + ": " + results_[run].common + " workers";
    for (std::size_t p = 0; p < all.size(); ++p) {
      for (const json& worker : all[p][run]["workers"]) {
        line += " " + worker.get<std::string>();
      }
      if (const auto common = all[p][run]["common"].get<std::string>();
          common != results_[run].common) {
        line += fmt::format(" (process {} says {})", p, common);
      }
    }
    lines.push_back(line);
  }
  return lines;
}

template void RunRecorder::perform(const std::string&, const Experiment<float>&, Split);
template void RunRecorder::perform(const std::string&, const Experiment<double>&, Split);

}  // namespace murmur::testing
