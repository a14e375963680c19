// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/run_folder.h"

#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "murmur/checkpoint/folders.h"
#include "murmur/core/error.h"
#include "murmur/files/atomic_file.h"
#include "murmur/run/config/document.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// Whether a length was reduced. Lengths in different units cannot be compared here: false.
bool is_shorter(const Span& now, const Span& before) {
  return now.epochs == before.epochs && now.value < before.value;
}

void require_same_run(const RunFolder& folder, const Config& config) {
  const auto refuse = [&](const std::string& key, const std::string& why) {
    throw UserError(
        fmt::format("{} holds another run: {} {}. Resume with the configuration of that "
                    "run (its config.toml), or start anew: without --resume and with another "
                    "--output",
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

bool has_checkpoint(const RunFolder& folder) {
  const auto steps = checkpoint::checkpoint_steps(folder.checkpoint());
  return steps && !steps.value().empty();
}

// Whether the folder's run, configured as `before`, can be resumed as `now`, judging by the folder
// alone.
bool can_resume(const RunFolder& folder, const Config& before, const Config& now) {
  const Span& length = before.schedule.length;
  const Span& wanted = now.schedule.length;
  const bool same_length = length.epochs == wanted.epochs && length.value == wanted.value;
  const bool longer = length.epochs == wanted.epochs && length.value < wanted.value &&
                      now.schedule.name != "cosine";  // its rates depend on the length
  return has_checkpoint(folder) && (same_length || longer) &&
         !first_difference(before, now, Sameness::kMayResume);
}

constexpr const char* kElsewhere = "--output chooses another folder";

[[noreturn]] void refuse_taken(const RunFolder& folder,
                               const std::string& why,
                               const std::string& advice) {
  throw UserError(fmt::format(
      "the output folder {} holds a run already: {}. {}", folder.path.string(), why, advice));
}

// Refuses a folder with an unfinished run of the same configuration.
[[noreturn]] void refuse_unfinished(const RunFolder& folder,
                                    const std::optional<Summary>& summary) {
  if (summary && summary->status == "diverged") {
    refuse_taken(folder,
                 "this one, and it has diverged",
                 fmt::format("It would diverge again: change it (a smaller learning rate, a "
                             "warm-up); {}",
                             kElsewhere));
  }
  if (has_checkpoint(folder)) {
    refuse_taken(folder,
                 "this one, but it has not finished",
                 fmt::format("--resume continues it; {}", kElsewhere));
  }
  refuse_taken(folder,
               "this one, but it has not finished and has no checkpoint to continue from",
               fmt::format("Remove the folder to start anew; {}", kElsewhere));
}

Entrance enter_without_resume(const RunFolder& folder, const Config& config) {
  if (is_there(folder.path / "comparison.json")) {
    throw UserError(fmt::format(
        "the output folder {} holds a comparison; {}", folder.path.string(), kElsewhere));
  }
  if (!is_there(folder.config()) && !is_there(folder.summary())) {
    return Entrance::kNew;
  }
  Config before;
  try {
    before = stored_config(folder);
  } catch (const UserError&) {
    refuse_taken(folder, "its config.toml cannot be read", kElsewhere);
  }
  const auto summary = read_summary(folder.path);
  if (const auto difference = first_difference(before, config, Sameness::kSameRun)) {
    const bool diverged = summary && summary->status == "diverged";
    const bool resumes = !diverged && can_resume(folder, before, config);
    refuse_taken(folder,
                 fmt::format("another one, {} differs", *difference),
                 resumes ? fmt::format("--resume continues it so; {}", kElsewhere) : kElsewhere);
  }
  if (!summary || summary->status != "finished") {
    refuse_unfinished(folder, summary);
  }
  return Entrance::kShow;
}

}  // namespace

// Environment variables are not applied again: they were resolved when the file was written.
Config stored_config(const RunFolder& folder) {
  const Document document = read_document(folder.config());
  return read_config(document, purpose_of_run(document));
}

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
    throw UserError(fmt::format("there is no run to --resume in {}; without --resume it starts",
                                folder.path.string()),
                    ExitCode::kCheckpoint);
  }
  require_same_run(folder, config);
  return Entrance::kResume;
}

void make_folder(const RunFolder& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.path, error);
  if (error) {
    throw UserError(
        fmt::format("the folder {} cannot be made: {}", folder.path.string(), error.message()));
  }
}

void begin(const RunFolder& folder, const Config& config) {
  make_folder(folder);
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
