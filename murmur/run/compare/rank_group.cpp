// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/rank_group.h"

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "murmur/run/config/document.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::run {
namespace {

using nlohmann::json;

// Messages of the first process: one of these keys, with its arguments.
constexpr const char* kShareMemory = "share memory";
constexpr const char* kTrain = "train";  // a configuration; with kFolder and kResume
constexpr const char* kFolder = "folder";
constexpr const char* kResume = "resume";
constexpr const char* kEnd = "end";  // an exit code

Config config_in(const json& message) {
  return read_config(parse_document(message[kTrain].get<std::string>(), "the first process"),
                     Purpose::kTrain);
}

}  // namespace

bool is_result(ExitCode code) {
  return code == ExitCode::kDone || code == ExitCode::kDiverged;
}

RankGroup::RankGroup(World* world)
    : world_(world != nullptr && world->is_alone() ? nullptr : world),
      is_waiting_(world_ != nullptr) {
  if (world_ != nullptr) {
    world_->require_same();
  }
}

void RankGroup::require_enough_workers(const Config& config) const {
  if (const auto error = world_ == nullptr ? std::nullopt : too_many_processes(*world_, config)) {
    throw UserError(*error);
  }
}

void RankGroup::share_memory() {
  if (world_ != nullptr) {
    broadcast(json{{kShareMemory, true}});
    world_->share_memory();
    is_waiting_ = true;
  }
}

TrainOutcome RankGroup::train(const Config& config, TrainRequest request) {
  if (world_ == nullptr) {  // may be called by several threads
    return run::train(config, request);
  }
  broadcast(json{{kTrain, to_toml(config)},
                 {kFolder, std::filesystem::absolute(request.folder).string()},
                 {kResume, request.resume}});
  request.world = world_;
  TrainOutcome outcome = run::train(config, request);
  is_waiting_ = is_result(outcome.code);
  return outcome;
}

void RankGroup::dismiss(ExitCode code) {
  if (is_waiting_) {
    broadcast(json{{kEnd, static_cast<int>(code)}});
  }
}

void RankGroup::broadcast(const json& what) {
  is_waiting_ = false;
  world_->broadcast(what.dump());
}

TrainOutcome serve_runs(World& world, const std::atomic<int>* stop) {
  world.require_same();
  const std::shared_ptr<Resources> resources = make_resources();
  while (true) {
    const json message = json::parse(world.broadcast({}));
    if (message.contains(kEnd)) {
      return {.code = static_cast<ExitCode>(message[kEnd].get<int>())};
    }
    if (message.contains(kShareMemory)) {
      world.share_memory();
      continue;
    }
    const TrainOutcome outcome = train(config_in(message),
                                       {.folder = message[kFolder].get<std::string>(),
                                        .resume = message[kResume].get<bool>(),
                                        .resources = resources,
                                        .world = &world,
                                        .stop = stop});
    if (!is_result(outcome.code)) {
      return outcome;
    }
  }
}

}  // namespace murmur::run
