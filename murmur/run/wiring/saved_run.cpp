// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/saved_run.h"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

template <class S>
bool keeps_one_model(const Config& config) {
  return make_program<S>(config, false, 1).keeps_one_model();
}

[[noreturn]] void refuse(const SavedRun& run, const Failure& failure) {
  throw UserError(fmt::format("{}: {}", run.folder.string(), failure.message),
                  ExitCode::kCheckpoint);
}

}  // namespace

WhichStep which_step(const std::optional<std::string>& text) {
  if (!text) {
    return {};
  }
  if (*text == "best") {
    return {.step = {}, .best = true};
  }
  std::int64_t step = -1;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, step);
  if (read.ec != std::errc() || read.ptr != end || step < 0) {
    throw UserError(
        fmt::format("--step must be the number of a step, or \"best\", not '{}'", *text));
  }
  return {.step = step, .best = false};
}

bool is_run(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

SavedRun open_run(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(RunFolder{folder}.config(), error)) {
    throw UserError(fmt::format("'{}' is not the folder of a run: there is no config.toml in it",
                                folder.string()));
  }
  return {folder, stored_config({folder})};
}

Config with_vocabulary_of(const SavedRun& run, Config config) {
  OptionValues& options = config.data.dataset.options;
  if (!options.has("vocabulary") || options.text("tokenizer") == "wordpiece") {
    return config;
  }
  const bool is_pieces = options.text("tokenizer") == "sentencepiece";
  const auto path = run.folder / (is_pieces ? "vocabulary.model" : "vocabulary.txt");
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    options.set("vocabulary", std::filesystem::absolute(path).string());
  }
  return config;
}

template <class S>
checkpoint::SavedModels<S> read_models_of(const SavedRun& run, const WhichStep& which) {
  const RunFolder folder{run.folder};
  const auto place = which.best ? folder.best_checkpoint() : folder.checkpoint();
  std::error_code error;
  if (which.best && !std::filesystem::exists(place, error)) {
    refuse(run,
           {FailureKind::kMissing,
            "it has no best checkpoint; a run keeps one where checkpoint.best names a metric"});
  }
  Result<std::int64_t> step = which.step ? Result(*which.step) : checkpoint::newest_step(place);
  if (!step) {
    refuse(run, step.failure());
  }
  auto models = checkpoint::read_models<S>(place, step.value(), keeps_one_model<S>(run.config));
  if (!models) {
    refuse(run, models.failure());
  }
  return std::move(models).value();
}

template checkpoint::SavedModels<float> read_models_of(const SavedRun&, const WhichStep&);
template checkpoint::SavedModels<double> read_models_of(const SavedRun&, const WhichStep&);

}  // namespace murmur::run
