// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/folders.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

#include "murmur/files/atomic_file.h"

namespace murmur::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-";

std::optional<std::int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) {
    return std::nullopt;
  }
  std::int64_t step = -1;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + kPrefix.size(), end, step);
  // Only the exact spelling: "step-040" is not another name of "step-40".
  const bool ours = read.ec == std::errc() && name == fmt::format("{}{}", kPrefix, step);
  return ours && step >= 0 ? std::optional(step) : std::nullopt;
}

fs::path old_path(const fs::path& folder, std::int64_t step) {
  return folder / fmt::format(".{}{}.old", kPrefix, step);
}

// An old or incomplete checkpoint that cannot be removed does no harm; the next save tries again.
void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

bool is_leftover(const std::string& name) {
  return name.starts_with("." + std::string(kPrefix)) &&
         (name.ends_with(".tmp") || name.ends_with(".old"));
}

// Calls visit(name) for every entry. Returns the error if the folder could not be read.
std::error_code for_each_name(const fs::path& folder,
                              const std::function<void(const std::string& name)>& visit) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator()) {
    visit(entry->path().filename().string());
    entry.increment(error);
  }
  return error;
}

Status make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return files::system_failure("make folder", folder, error.value());
  }
  return Ok{};
}

}  // namespace

fs::path checkpoint_path(const fs::path& folder, std::int64_t step) {
  return folder / fmt::format("{}{}", kPrefix, step);
}

fs::path temporary_path(const fs::path& folder, std::int64_t step) {
  return folder / fmt::format(".{}{}.tmp", kPrefix, step);
}

Result<std::vector<std::int64_t>> checkpoint_steps(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  const std::error_code error = for_each_name(folder, [&](const std::string& name) {
    if (const std::optional<std::int64_t> step = step_of(name)) {
      steps.push_back(*step);
    }
  });
  if (error && error != std::errc::no_such_file_or_directory) {
    return files::system_failure("read folder", folder, error.value());
  }
  std::sort(steps.begin(), steps.end(), std::greater<>());
  return steps;
}

Result<Manifest> read_manifest(const fs::path& folder, std::int64_t step) {
  const fs::path path = checkpoint_path(folder, step) / kManifestName;
  const Result<std::string> text = files::read_file(path, kMostManifestBytes);
  if (!text) {
    Failure failure = text.failure();
    // A checkpoint without its manifest is incomplete.
    failure.kind = failure.kind == FailureKind::kMissing ? FailureKind::kDamaged : failure.kind;
    return failure;
  }
  Result<Manifest> manifest = parse_manifest(text.value());
  if (!manifest) {
    return manifest.failure().in(path.string());
  }
  if (manifest.value().counters.step != step) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} is of step {}", path.string(), manifest.value().counters.step)};
  }
  return manifest;
}

Status begin_checkpoint(const fs::path& folder, std::int64_t step) {
  if (Status made = make_folder(folder); !made) {
    return made;
  }
  std::vector<fs::path> leftovers;
  for_each_name(folder, [&](const std::string& name) {
    if (is_leftover(name)) {
      leftovers.push_back(folder / name);
    }
  });
  for (const fs::path& leftover : leftovers) {
    remove_quietly(leftover);
  }
  return make_folder(temporary_path(folder, step));
}

Status place_checkpoint(const fs::path& folder, std::int64_t step) {
  const fs::path from = temporary_path(folder, step);
  const fs::path to = checkpoint_path(folder, step);
  if (Status synced = files::sync_folder(from); !synced) {
    return synced;
  }
  if (fs::exists(to)) {
    // The exchange is atomic; if the file system does not support it, the old checkpoint is renamed
    // first.
    const fs::path old = old_path(folder, step);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
      remove_quietly(from);
      return files::sync_folder(folder);
    }
    remove_quietly(old);
    if (::rename(to.c_str(), old.c_str()) != 0) {
      return files::system_failure("replace", to, errno);
    }
  }
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return files::system_failure("make", to, errno);
  }
  remove_quietly(old_path(folder, step));
  return files::sync_folder(folder);
}

void drop_temporary(const fs::path& folder, std::int64_t step) {
  remove_quietly(temporary_path(folder, step));
}

void drop_old_checkpoints(const fs::path& folder, std::int64_t step, int keep) {
  const Result<std::vector<std::int64_t>> steps = checkpoint_steps(folder);
  if (!steps) {
    return;
  }
  int kept = 0;
  for (const std::int64_t other : steps.value()) {
    if (other > step || kept++ < keep) {
      continue;
    }
    const fs::path old = old_path(folder, other);
    if (::rename(checkpoint_path(folder, other).c_str(), old.c_str()) == 0) {
      remove_quietly(old);
    }
  }
}

}  // namespace murmur::checkpoint
