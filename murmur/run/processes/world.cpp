// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/processes/world.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch_sources.h"
#include "murmur/comm/launch/tcp_launch.h"
#include "murmur/run/processes/machine.h"
#include "murmur/run/text/version.h"

namespace murmur::run {
namespace {

using nlohmann::json;

// Compares what the launcher reports with what MPI sees: if the MPI library is not the launcher's
// implementation, it finds no other process and every process is a world of its own.
void require_whole_world(const comm::Launch& launch, const comm::Transport& transport) {
  const bool differ = (launch.processes >= 0 && launch.processes != transport.processes()) ||
                      (launch.processes >= 0 && launch.process != transport.process());
  if (differ) {
    throw UserError(fmt::format(
        "{} says process {} of {}, {} itself sees process {} of {}; start murmur with the mpirun "
        "that belongs to this {}",
        launch.sources.empty() ? "the launcher" : launch.sources.front().name,
        launch.process,
        launch.processes,
        name_of(launch.library),
        transport.process(),
        transport.processes(),
        name_of(launch.library)));
  }
}

std::string list_of(const std::vector<int>& processes) {
  return fmt::format("process{} {}", processes.size() == 1 ? "" : "es", fmt::join(processes, ", "));
}

// Wait limit until a run has measured how long its rounds take.
constexpr auto kBeforeTheFirstRound = std::chrono::minutes(2);

// What must be equal in all processes: its name, the value that is compared, and its text for
// messages. A null text: the line that differs.
json facts_of(const std::string& configuration) {
  const std::string program = program_digest();
  const Machine machine = look_at_machine();
  return {{"program", program, fmt::format("murmur {} ({})", version(), program)},
          {"kind of processor", machine.features, machine.processor},
          {"configuration", configuration, nullptr}};
}

// The first line of `text` that differs from that of `other`.
std::string different_line(const std::string& text, const std::string& other) {
  std::istringstream lines(text);
  std::istringstream others(other);
  std::string line;
  for (std::string other_line; std::getline(lines, line) && std::getline(others, other_line);) {
    if (line != other_line) {
      break;
    }
  }
  return line;
}

std::string difference(const json& first, const json& other, std::size_t process) {
  const auto shown = [](const json& fact, const json& against) {
    return fact[2].is_null() ? different_line(fact[1].get<std::string>(), against[1])
                             : fact[2].get<std::string>();
  };
  return fmt::format("process {} has another {} than process 0: {}, not {}",
                     process,
                     first[0].get<std::string>(),
                     shown(other, first),
                     shown(first, other));
}

}  // namespace

World::World(comm::Launch launch, std::unique_ptr<comm::Transport> transport)
    : launch_(std::move(launch)), transport_(std::move(transport)) {
  if (!is_alone()) {
    agreement_ = std::make_unique<comm::StepAgreement>(*transport_);
  }
}

World::~World() = default;

std::unique_ptr<World> World::open() {
  const auto launch = comm::detect_launch();
  if (!launch) {
    throw UserError(launch.failure().message);
  }
  if (comm::is_alone(launch.value())) {
    return std::make_unique<World>(launch.value(), nullptr);
  }
  auto transport = comm::is_over_tcp(launch.value()) ? comm::open_tcp_as_launched()
                                                     : comm::open_mpi(launch.value().library);
  if (!transport) {
    throw UserError(transport.failure().message,
                    comm::is_over_tcp(launch.value()) ? ExitCode::kNetwork : ExitCode::kUsage);
  }
  require_whole_world(launch.value(), *transport.value());
  return std::make_unique<World>(launch.value(), std::move(transport).value());
}

std::unique_ptr<World> World::open_within(std::optional<comm::CommunicatorBits> communicator) {
  const comm::LoadedMpi loaded = comm::loaded_mpi();
  comm::Launch launch;
  if (communicator || loaded.is_initialized) {
    if (!loaded.is_initialized) {
      throw UserError(
          "a communicator is given, and this program has initialized no MPI of its own");
    }
    launch.library = loaded.library;
    launch.processes = -1;
  } else {
    const auto detected = comm::detect_launch();
    if (!detected) {
      throw UserError(detected.failure().message);
    }
    launch = detected.value();
    if (comm::is_alone(launch)) {
      return std::make_unique<World>(launch, nullptr);
    }
    if (!comm::is_over_tcp(launch) && loaded.library != comm::MpiLibrary::kNone &&
        loaded.library != launch.library) {
      throw UserError(fmt::format("this program has loaded {}, and it was started by {}",
                                  name_of(loaded.library),
                                  name_of(launch.library)));
    }
  }
  auto transport = comm::is_over_tcp(launch) ? comm::open_tcp_as_launched()
                                             : comm::open_mpi_within(launch.library, communicator);
  if (!transport) {
    throw UserError(transport.failure().message, exit_code(transport.failure().kind));
  }
  if (launch.processes >= 0) {
    require_whole_world(launch, *transport.value());
  }
  const bool is_alone = transport.value()->processes() == 1;
  auto world = std::make_unique<World>(launch, is_alone ? nullptr : std::move(transport).value());
  world->all_speak_ = true;
  return world;
}

bool World::is_open() const {
  const bool is_mpi = !is_alone() && launch_.library != comm::MpiLibrary::kNone;
  return !is_mpi || !all_speak_ || !comm::mpi_is_finalized(launch_.library);
}

int World::local_processes() const {
  int here = 1;
  for (int p = 0; p < processes() && !is_alone() && transport_->shared_views() != nullptr; ++p) {
    here += transport_->shared_views()->reaches(p) ? 1 : 0;
  }
  return std::max(launch_.local_processes, here);
}

std::vector<std::string> World::exchange(const std::string& mine) {
  auto texts = comm::exchange_texts(*transport_, mine);
  if (!texts) {
    throw UserError(texts.failure().message, ExitCode::kNetwork);
  }
  return std::move(texts).value();
}

void World::refuse(const std::string& message, ExitCode code) const {
  throw UserError(is_first() || all_speak_ ? message : std::string(), code);
}

void World::agree(const std::optional<UserError>& mine) {
  if (is_alone()) {
    if (mine) {
      throw *mine;
    }
    return;
  }
  const json own = mine ? json{static_cast<int>(mine->code()), mine->what()} : json();
  std::map<json, std::vector<int>> errors;
  const std::vector<std::string> texts = exchange(own.dump());
  for (std::size_t p = 0; p < texts.size(); ++p) {
    if (json error = json::parse(texts[p]); !error.is_null()) {
      errors[std::move(error)].push_back(static_cast<int>(p));
    }
  }
  if (errors.empty()) {
    return;
  }
  std::vector<std::string> lines;
  for (const auto& [error, processes] : errors) {
    const bool all = static_cast<int>(processes.size()) == this->processes();
    const auto text = error[1].get<std::string>();
    lines.push_back(all ? text : fmt::format("{}: {}", list_of(processes), text));
  }
  refuse(fmt::format("{}", fmt::join(lines, "\n")),
         static_cast<ExitCode>(errors.begin()->first[0].get<int>()));
}

void World::require_same(const std::string& configuration) {
  if (is_alone()) {
    return;
  }
  const std::vector<std::string> texts = exchange(facts_of(configuration).dump());
  const json first = json::parse(texts.front());
  std::vector<std::string> lines;
  for (std::size_t p = 1; p < texts.size(); ++p) {
    const json other = json::parse(texts[p]);
    for (std::size_t f = 0; f < first.size(); ++f) {
      if (other[f][1] != first[f][1]) {
        lines.push_back(difference(first[f], other[f], p));
      }
    }
  }
  if (!lines.empty()) {
    lines.emplace_back(
        "the same bits on every machine need the same program and configuration on one kind of "
        "processor");
    refuse(fmt::format("{}", fmt::join(lines, "\n")), ExitCode::kUsage);
  }
}

void World::share_memory() {
  if (is_alone()) {
    return;
  }
  agreement_.reset();
  auto shared = comm::share_host(std::move(transport_));
  if (!shared) {
    throw UserError(shared.failure().message, ExitCode::kNetwork);
  }
  transport_ = std::move(shared).value();
  agreement_ = std::make_unique<comm::StepAgreement>(*transport_);
}

// The exchange is a barrier: no process continues while another one still receives the notices of
// an earlier run.
void World::begin_run() {
  if (is_alone()) {
    return;
  }
  agreement_.reset();
  agreement_ = std::make_unique<comm::StepAgreement>(*transport_, ++runs_);
  transport_->set_wait_limit(kBeforeTheFirstRound);
  exchange({});
}

std::string World::broadcast(const std::string& mine) {
  return is_alone() ? mine : exchange(is_first() ? mine : std::string()).front();
}

void World::give_up(const std::string& reason) {
  if (!is_alone()) {
    agreement_->give_up(reason);
    transport_->fail({FailureKind::kPeer, reason});
  }
}

std::optional<UserError> too_many_processes(const World& world, const Config& config) {
  if (world.processes() <= config.workers) {
    return std::nullopt;
  }
  return UserError(fmt::format("{} processes for {} workers; at most one process per worker",
                               world.processes(),
                               config.workers));
}

Config load_config(World& world,
                   const std::filesystem::path& file,
                   Purpose purpose,
                   const Overrides& overrides) {
  std::optional<UserError> error;
  Config config;
  try {
    config = load_config(file, purpose, overrides);
  } catch (const UserError& caught) {
    error = caught;
  }
  world.agree(error);
  Config compared = config;
  compared.data.folder.clear();  // may differ between hosts: the content is compared
  world.require_same(to_toml(compared));
  world.agree(too_many_processes(world, config));
  if (config.processes.shared_memory) {
    world.share_memory();
  }
  return config;
}

}  // namespace murmur::run
