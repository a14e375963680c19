// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/run_folder.h"

#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/files/atomic_file.h"
#include "murmur/run/config/document.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/train/train.h"

namespace murmur::run {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// The configuration that a folder was made with. Its environment was resolved when it was written.
Config stored_config(const RunFolder& folder) {
  return read_config(read_document(folder.config()), Purpose::kTrain);
}

// What the schedule's length was made, in its own unit; two units cannot be compared here.
bool is_shorter(const Span& now, const Span& before) {
  return now.epochs == before.epochs && now.value < before.value;
}

void require_same_run(const RunFolder& folder, const Config& config) {
  const auto refuse = [&](const std::string& key, const std::string& why) {
    throw UserError(
        fmt::format("{} holds another run: {} {}. Resume with the configuration of that "
                    "run, or choose another --output",
                    folder.path.string(),
                    key,
                    why),
        ExitCode::kCheckpoint);
  };
  try {
    const Config before = stored_config(folder);
    if (const auto key = first_difference(before, config, Sameness::kMayResume)) {
      refuse(*key, "differs");
    }
    if (is_shorter(config.schedule.length, before.schedule.length)) {
      refuse(config.schedule.length.epochs ? "schedule.epochs" : "schedule.steps",
             "is smaller than it was; only a longer schedule can be resumed");
    }
  } catch (const UserError& error) {
    throw UserError(error.what(), ExitCode::kCheckpoint);
  }
}

[[noreturn]] void refuse_taken(const RunFolder& folder, const std::string& why) {
  throw UserError(
      fmt::format("the output folder {} holds a run already: {}. --resume continues it; "
                  "--output chooses another folder",
                  folder.path.string(),
                  why));
}

Entrance enter_without_resume(const RunFolder& folder, const Config& config) {
  if (!is_there(folder.config()) && !is_there(folder.summary())) {
    return Entrance::kNew;
  }
  std::optional<std::string> difference;
  try {
    difference = first_difference(stored_config(folder), config, Sameness::kSameRun);
  } catch (const UserError&) {
    refuse_taken(folder, "its config.toml cannot be read");
  }
  if (difference) {
    refuse_taken(folder, fmt::format("another one, {} differs", *difference));
  }
  const auto summary = read_summary(folder.path);
  if (!summary || summary->status != "finished") {
    refuse_taken(folder, "this one, but it has not finished");
  }
  return Entrance::kShow;
}

}  // namespace

Entrance enter(const RunFolder& folder, const Config& config, bool resume) {
  std::error_code error;
  if (is_there(folder.path) && !std::filesystem::is_directory(folder.path, error)) {
    throw UserError(
        fmt::format("--output '{}' is a file; of a run it is a folder", folder.path.string()));
  }
  if (!resume) {
    return enter_without_resume(folder, config);
  }
  if (!is_there(folder.config())) {
    throw UserError(fmt::format("there is no run to --resume in {}", folder.path.string()),
                    ExitCode::kCheckpoint);
  }
  require_same_run(folder, config);
  return Entrance::kResume;
}

void begin(const RunFolder& folder, const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(folder.path, error);
  if (error) {
    throw UserError(
        fmt::format("the folder {} cannot be made: {}", folder.path.string(), error.message()));
  }
  if (const Status written = files::write_file(folder.config(), to_toml(config)); !written) {
    throw UserError(written.failure().message, ExitCode::kRunFailed);
  }
}

std::filesystem::path default_folder(const Config& config) {
  const char* parent = std::getenv("MURMUR_OUTPUT");
  const std::filesystem::path root = parent != nullptr && *parent != '\0' ? parent : "runs";
  return root / fmt::format("{}-{}", config.name, config.seed);
}

}  // namespace murmur::run
