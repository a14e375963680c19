// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/processes/output_check.h"

#include <chrono>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "murmur/files/atomic_file.h"
#include "murmur/files/digest.h"
#include "murmur/run/text/host_name.h"

namespace murmur::run {
namespace {

constexpr std::size_t kTokenBytes = 64;

// A token of host, process and time, so that no other folder contains it.
std::string new_token() {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return files::to_hex(files::digest_of(fmt::format("{} {} {}", host_name(), getpid(), now)));
}

}  // namespace

void require_room(const std::filesystem::path& folder, std::int64_t bytes) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (!error && space.available < static_cast<std::uintmax_t>(bytes)) {
    throw UserError(
        fmt::format("the disk of {} has room for {:.1f} MB, the run's checkpoints need {:.1f} MB; "
                    "make room, keep fewer (checkpoint.keep), or choose another --output",
                    folder.string(),
                    static_cast<double>(space.available) / 1e6,
                    static_cast<double>(bytes) / 1e6),
        ExitCode::kRunFailed);
  }
}

void require_shared(World& world, const std::filesystem::path& folder) {
  const std::string token = new_token();
  const std::filesystem::path file = folder / ".seen-by-all";
  std::optional<UserError> error;
  if (world.is_first()) {
    if (const Status written = files::write_file(file, token); !written) {
      error = UserError(written.failure().message, ExitCode::kRunFailed);
    }
  }
  world.agree(error);
  const std::string expected = world.broadcast(token);
  const auto found = files::read_file(file, kTokenBytes);
  if (!found || found.value() != expected) {
    error = UserError(
        fmt::format("the output folder {} is not shared: on host {} it is not the folder that "
                    "process 0 writes to. Checkpoints need one that all hosts see",
                    folder.string(),
                    host_name()));
  }
  const auto remove = [&] {
    std::error_code ignored;
    if (world.is_first()) {
      std::filesystem::remove(file, ignored);
    }
  };
  try {
    world.agree(error);
  } catch (const UserError&) {
    remove();
    throw;
  }
  remove();
}

}  // namespace murmur::run
