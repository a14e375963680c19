// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/train.h"

#include <optional>

#include "murmur/core/check.h"
#include "murmur/run/processes/output_check.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/train/session.h"

namespace murmur::run {
namespace {

// Calls task() where no process has failed, and throws everywhere where one fails.
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

// The first process decides: it makes the folder, so what others see of it depends on when they
// look.
Entrance enter_together(const Config& config, const TrainRequest& request) {
  Entrance entrance = Entrance::kNew;
  const bool first = request.world == nullptr || request.world->is_first();
  together(request.world, [&] {
    if (first) {
      entrance = enter({request.folder}, config, request.resume);
    }
  });
  if (request.world == nullptr) {
    return entrance;
  }
  const std::string said = request.world->broadcast(std::to_string(static_cast<int>(entrance)));
  return static_cast<Entrance>(std::stoi(said));
}

// Everything that can be known to be wrong is known before the first round.
template <class S>
TrainOutcome train_in(const Config& config, const TrainRequest& request, bool resume) {
  std::optional<Session<S>> session;
  together(request.world, [&] { session.emplace(config, request); });
  together(request.world, [&] {
    if (request.world == nullptr || request.world->is_first()) {
      begin({request.folder}, config);
    }
  });
  if (request.world != nullptr) {
    require_shared(*request.world, request.folder);
  }
  // A resumed run has its old checkpoints already.
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
  const Entrance entrance = enter_together(config, request);
  if (entrance == Entrance::kShow) {
    return {.code = ExitCode::kDone,
            .message = {},
            .summary = read_summary(request.folder).value(),
            .already_there = true};
  }
  const bool resume = entrance == Entrance::kResume;
  if (config.precision == Precision::kSingle) {
    return train_in<float>(config, request, resume);
  }
  return train_in<double>(config, request, resume);
}

}  // namespace murmur::run
