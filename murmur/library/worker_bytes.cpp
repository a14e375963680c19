// SPDX-License-Identifier: Apache-2.0
// The state of one worker as bytes:
//
//   STATE = LINE "\n" ROW ...
//   LINE    what is counted, as JSON: {"murmur": 1, "settings": DIGEST, "rank": 0, "step": 7, ...}
//   ROW     a row of each field that is model or memory, in the order of fields, as in memory
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/library/errors.h"
#include "murmur/library/worker_state.h"

namespace murmur::library {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json line_of(const engine::Counters& counters) {
  return {{"step", counters.step},
          {"age", counters.age},
          {"previous_lr", counters.previous_lr},
          {"round_lr", counters.round_lr},
          {"bytes_sent", counters.bytes_sent},
          {"messages", counters.messages},
          {"push_weights", counters.push_weights},
          {"batches", counters.batches},
          {"ages", counters.ages}};
}

engine::Counters counters_of(const json& line) {
  return {.step = line.at("step"),
          .age = line.at("age"),
          .previous_lr = line.at("previous_lr"),
          .round_lr = line.value("round_lr", 0.0),
          .bytes_sent = line.at("bytes_sent"),
          .messages = line.at("messages"),
          .push_weights = line.at("push_weights"),
          .batches = line.at("batches"),
          .ages = line.at("ages")};
}

// Of the fields that are kept between steps.
template <class S>
std::vector<std::span<S>> rows_of(engine::Engine<S>& engine, int worker) {
  std::vector<std::span<S>> rows;
  const std::vector<Field>& fields = engine.program().fields;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].kind != FieldKind::kScratch) {
      rows.push_back(engine.mutable_row(f, worker));
    }
  }
  return rows;
}

}  // namespace

template <class S>
std::string WorkerState<S>::state() {
  require_between_steps("state()");
  require_same_steps();
  together([&] { require(engine_->settle()); });
  json line = line_of(engine_->counters());
  line["murmur"] = kFormat;
  line["settings"] = place({}).config_digest;
  line["rank"] = rank();
  std::string bytes = line.dump() + "\n";
  for (const std::span<S>& row : rows_of(*engine_, rank())) {
    bytes.append(reinterpret_cast<const char*>(row.data()), row.size_bytes());
  }
  return bytes;
}

template <class S>
void WorkerState<S>::set_state(std::string_view state) {
  const std::size_t end = state.find('\n');
  const json line = json::parse(state.substr(0, end), nullptr, false);
  if (end == std::string_view::npos || !line.is_object() || line.value("murmur", 0) != kFormat) {
    throw Error("this is no state of a worker; state() gives one");
  }
  if (line.value("settings", "") != place({}).config_digest || line.value("rank", -1) != rank()) {
    throw Error(fmt::format(
        "this is a state of worker {} with settings {}, and this is worker {} with settings {}",
        line.value("rank", -1),
        line.value("settings", ""),
        rank(),
        place({}).config_digest));
  }
  const std::vector<std::span<S>> rows = rows_of(*engine_, rank());
  std::size_t bytes = 0;
  for (const std::span<S>& row : rows) {
    bytes += row.size_bytes();
  }
  std::string_view rest = state.substr(end + 1);
  if (rest.size() != bytes) {
    throw Error(fmt::format(
        "a state with {} bytes of rows, and those of this model are {}", rest.size(), bytes));
  }
  engine::Counters counters;
  try {
    counters = counters_of(line);
  } catch (const json::exception& error) {
    throw Error(fmt::format("a damaged state: {}", error.what()));
  }
  for (const std::span<S>& row : rows) {
    std::memcpy(row.data(), rest.data(), row.size_bytes());
    rest.remove_prefix(row.size_bytes());
  }
  rounds_->forget();
  engine_->restore(counters);
  history_ = 0;
}

template std::string WorkerState<float>::state();
template std::string WorkerState<double>::state();
template void WorkerState<float>::set_state(std::string_view);
template void WorkerState<double>::set_state(std::string_view);

}  // namespace murmur::library
