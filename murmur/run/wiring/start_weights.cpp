// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/start_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/error.h"
#include "murmur/models/compiled/compiled.h"
#include "murmur/run/wiring/saved_run.h"

namespace murmur::run {
namespace {

// The averaged model of the newest checkpoint.
template <class S>
std::shared_ptr<const learning::WeightsSource> average_of(const SavedRun& run) {
  const auto saved = read_models_of<S>(run, {});
  return learning::weights_in_memory<S>(run.folder.string(),
                                        saved.models.layout,
                                        saved.models.average(),
                                        saved.buffers.layout,
                                        saved.buffers.average());
}

std::shared_ptr<const learning::WeightsSource> open_source(const std::string& path) {
  if (is_run(path)) {
    const SavedRun run = open_run(path);
    return run.config.precision == Precision::kSingle ? average_of<float>(run)
                                                      : average_of<double>(run);
  }
  auto opened = learning::open_weights(path);
  if (!opened) {
    throw UserError(fmt::format("model.weights: {}", opened.failure().message), ExitCode::kData);
  }
  return opened.value();
}

}  // namespace

StartWeights find_start_weights(const Config& config, const models::Network& network) {
  if (config.weights.empty()) {
    if (network.compiled != nullptr) {
      throw UserError(
          fmt::format("a compiled model starts from the model.safetensors in its folder, "
                      "{}, or from model.weights, and there is neither",
                      network.compiled->folder.string()),
          ExitCode::kData);
    }
    return {};
  }
  StartWeights start{.source = open_source(config.weights)};
  auto match = learning::match_weights(
      *start.source,
      network,
      network.compiled != nullptr ? learning::HeadRule::kMustFit : learning::HeadRule::kMayBeDrawn);
  if (!match) {
    throw UserError(fmt::format("model.weights: {}", match.failure().message), ExitCode::kData);
  }
  start.match = std::move(match).value();
  if (!start.match.drawn.empty()) {
    start.notes.push_back(
        fmt::format("model.weights: {} has no {} for this model; a fresh start is drawn for it",
                    start.source->place(),
                    fmt::join(start.match.drawn, ", ")));
  }
  if (!start.match.unknown.empty()) {
    start.notes.push_back("model.weights: " + learning::unknown_text(*start.source, start.match));
  }
  return start;
}

}  // namespace murmur::run
