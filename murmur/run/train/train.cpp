// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/train.h"

#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/run/processes/output_check.h"
#include "murmur/run/records/folder_lock.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/train/session.h"
#include "murmur/run/wiring/data_identity.h"

namespace murmur::run {
namespace {

// Calls task() on every process. If it throws UserError on one of them, all of them throw.
template <class Task>
void together(World* world, const Task& task) {
  std::optional<UserError> error;
  try {
    task();
  } catch (const UserError& caught) {
    if (world == nullptr) {
      throw;
    }
    error = caught;
  }
  if (world != nullptr) {
    world->agree(error);
  }
}

// The digest of the data's content is compared too, but only if a finished run is to be shown: a
// resumed run compares it with that of its checkpoint.
Entrance enter_locked(const Config& config, const TrainRequest& request, FolderLock& lock) {
  std::error_code error;
  if (std::filesystem::is_directory(request.folder, error)) {
    lock = FolderLock::take(request.folder);
  }
  const Entrance entrance = enter({request.folder}, config, request.resume);
  if (entrance == Entrance::kShow) {
    // Several processes read their resources together, but only the first process is here.
    const bool alone = request.world == nullptr && request.resources != nullptr;
    const auto resources = alone ? request.resources : make_resources();
    require_data_of(request.folder, config, *resources, ExitCode::kUsage, request.warn);
  }
  return entrance;
}

bool is_first(const TrainRequest& request) {
  return request.world == nullptr || request.world->is_first();
}

// Only the first process decides: it creates the folder, so what another process finds there
// depends on when it looks.
Entrance enter_together(const Config& config, const TrainRequest& request, FolderLock& lock) {
  Entrance entrance = Entrance::kNew;
  together(request.world, [&] {
    if (is_first(request)) {
      entrance = enter_locked(config, request, lock);
    }
  });
  if (request.world == nullptr) {
    return entrance;
  }
  const std::string text = request.world->broadcast(std::to_string(static_cast<int>(entrance)));
  return static_cast<Entrance>(std::stoi(text));
}

// Another process may have created the folder since this one found that it did not exist.
void begin_locked(const Config& config, const TrainRequest& request, FolderLock& lock) {
  const RunFolder folder{request.folder};
  make_folder(folder);
  if (!lock.is_held()) {
    lock = FolderLock::take(folder.path);
    if (!request.resume && enter(folder, config, false) != Entrance::kNew) {
      throw UserError(
          fmt::format("another process has just made this run in {}; choose another --output",
                      folder.path.string()));
    }
  }
  begin(folder, config);
}

// Every error that can be detected in advance is reported before the first round.
template <class S>
TrainOutcome train_in(const Config& config,
                      const TrainRequest& request,
                      bool resume,
                      FolderLock& lock) {
  std::optional<Session<S>> session;
  together(request.world, [&] { session.emplace(config, request); });
  if (request.world != nullptr) {
    require_same_data(*request.world, session->data_digest());
  }
  if (resume) {
    together(request.world, [&] { session->restore(stored_config({request.folder})); });
  }
  together(request.world, [&] {
    if (is_first(request)) {
      begin_locked(config, request, lock);
    }
  });
  if (request.world != nullptr) {
    require_shared(*request.world, request.folder);
  }
  // The old checkpoints of a resumed run already take their space.
  const std::int64_t checkpoints = resume ? 1 : config.checkpoint.keep + 1;
  together(request.world,
           [&] { require_room(request.folder, checkpoints * session->checkpoint_bytes()); });
  return session->run(resume);
}

}  // namespace

TrainOutcome train(const Config& config, const TrainRequest& request) {
  MURMUR_CHECK(config.purpose == Purpose::kTrain, "not a training configuration");
  if (request.world != nullptr) {
    request.world->begin_run();
  }
  FolderLock lock;  // held by the first process until all have ended
  const Entrance entrance = enter_together(config, request, lock);
  if (entrance == Entrance::kShow) {
    return {.code = ExitCode::kDone,
            .message = {},
            .summary = read_summary(request.folder).value(),
            .already_there = true};
  }
  const bool resume = entrance == Entrance::kResume;
  if (config.precision == Precision::kSingle) {
    return train_in<float>(config, request, resume, lock);
  }
  return train_in<double>(config, request, resume, lock);
}

}  // namespace murmur::run
