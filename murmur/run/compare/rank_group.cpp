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

// What the first process tells: one of these keys, with what belongs to it.
constexpr const char* kShareMemory = "share memory";
constexpr const char* kTrain = "train";  // a configuration; kFolder, kResume
constexpr const char* kFolder = "folder";
constexpr const char* kResume = "resume";
constexpr const char* kEnd = "end";  // a code

Config config_in(const json& told) {
  return read_config(parse_document(told[kTrain].get<std::string>(), "the first process"),
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
  if (world_ == nullptr) {  // there may be several threads
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
    const json told = json::parse(world.broadcast({}));
    if (told.contains(kEnd)) {
      return {.code = static_cast<ExitCode>(told[kEnd].get<int>())};
    }
    if (told.contains(kShareMemory)) {
      world.share_memory();
      continue;
    }
    const TrainOutcome outcome = train(config_in(told),
                                       {.folder = told[kFolder].get<std::string>(),
                                        .resume = told[kResume].get<bool>(),
                                        .resources = resources,
                                        .world = &world,
                                        .stop = stop});
    if (!is_result(outcome.code)) {
      return outcome;
    }
  }
}

}  // namespace murmur::run
