// SPDX-License-Identifier: Apache-2.0
// Processes examine the newest checkpoint that all of them see, each of them the files that it
// needs, and load it if all found their files complete; otherwise they try the one before it.
// Nothing is loaded until then.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/checkpoint/candidate.h"
#include "murmur/checkpoint/checkpoint.h"
#include "murmur/checkpoint/folders.h"
#include "murmur/checkpoint/parts.h"

namespace murmur::checkpoint {
namespace {

// What a process found; larger is worse.
enum class Verdict { kWhole, kDamaged, kUnfit };

Verdict verdict_on(const Status& status) {
  if (status) {
    return Verdict::kWhole;
  }
  return status.failure().kind == FailureKind::kDamaged ? Verdict::kDamaged : Verdict::kUnfit;
}

// One whole number of every process.
template <class S>
Result<std::vector<std::int64_t>> gather_numbers(engine::Engine<S>& engine,
                                                 std::int64_t mine,
                                                 const CallSite& place = CallSite::here()) {
  const auto texts = engine.collectives().gather_texts(std::to_string(mine), place);
  if (!texts) {
    return texts.failure();
  }
  std::vector<std::int64_t> numbers;
  for (const std::string& text : texts.value()) {
    numbers.push_back(std::stoll(text));
  }
  return numbers;
}

// The newest step below `limit` that every process sees; -1: none.
template <class S>
Result<std::int64_t> newest_common(engine::Engine<S>& engine,
                                   const std::vector<std::int64_t>& steps,
                                   std::int64_t limit) {
  while (true) {
    const auto newest =
        std::find_if(steps.begin(), steps.end(), [&](std::int64_t step) { return step < limit; });
    const std::int64_t step = newest == steps.end() ? -1 : *newest;
    const auto all = gather_numbers(engine, step);
    if (!all) {
      return all.failure();
    }
    const auto [least, most] = std::minmax_element(all.value().begin(), all.value().end());
    if (*least == *most || *least < 0) {
      return *least;
    }
    limit = *least + 1;
  }
}

Failure nothing_left(const CheckpointPlace& place, const std::vector<std::string>& notes) {
  if (notes.empty()) {
    return {FailureKind::kMissing,
            fmt::format("there is no checkpoint in {}", place.folder.string())};
  }
  return {FailureKind::kDamaged,
          fmt::format(
              "no checkpoint in {} is whole: {}", place.folder.string(), fmt::join(notes, "; "))};
}

// Examines one checkpoint on all processes and loads it if all find it complete. kDamaged: the one
// before it may be tried.
template <class S>
Result<Restored> restore_step(engine::Engine<S>& engine,
                              const CheckpointPlace& place,
                              std::int64_t step) {
  Candidate<S> candidate(engine, place, engine.workers(), step);
  const Status found = candidate.examine();
  const auto all = gather_numbers(engine, static_cast<std::int64_t>(verdict_on(found)));
  if (!all) {
    return all.failure();
  }
  const auto worst =
      static_cast<Verdict>(*std::max_element(all.value().begin(), all.value().end()));
  if (worst == Verdict::kWhole) {
    if (Status loaded = candidate.load(engine); !loaded) {
      return loaded.failure();
    }
    return candidate.restored();
  }
  // All processes return the worst verdict found on any of them.
  if (verdict_on(found) == worst) {
    return found.failure();
  }
  const bool damaged = worst == Verdict::kDamaged;
  return Failure{
      damaged ? FailureKind::kDamaged : FailureKind::kMismatch,
      damaged ? "another process found its part damaged" : "another process cannot use its part"};
}

}  // namespace

template <class S>
Result<Restored> restore_checkpoint(engine::Engine<S>& engine, const CheckpointPlace& place) {
  const Result<std::vector<std::int64_t>> steps = checkpoint_steps(place.folder);
  std::vector<std::string> notes;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::int64_t limit = place.last_step == kMost ? kMost : place.last_step + 1;
  while (true) {
    const Result<std::int64_t> step =
        newest_common(engine, steps ? steps.value() : std::vector<std::int64_t>{}, limit);
    if (!step) {
      return step.failure();
    }
    if (step.value() < 0) {
      return steps ? nothing_left(place, notes) : steps.failure();
    }
    Result<Restored> restored = restore_step(engine, place, step.value());
    if (restored) {
      restored.value().notes = std::move(notes);
      return restored;
    }
    const std::string name = checkpoint_path(place.folder, step.value()).string();
    if (restored.failure().kind != FailureKind::kDamaged) {
      return restored.failure().in(fmt::format("the checkpoint {} cannot be restored", name));
    }
    notes.push_back(restored.failure().in(name).message);
    limit = step.value();
  }
}

template Result<Restored> restore_checkpoint(engine::Engine<float>&, const CheckpointPlace&);
template Result<Restored> restore_checkpoint(engine::Engine<double>&, const CheckpointPlace&);

}  // namespace murmur::checkpoint
