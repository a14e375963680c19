// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/launch/tcp_launch.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "murmur/comm/launch/launch_sources.h"

namespace murmur::comm {
namespace {

constexpr int kLastPort = 65'535;

Result<int> port_of(const std::string& name, const std::string& value, int added) {
  int port = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
  if (error != std::errc() || end != value.data() + value.size() || port < 1 ||
      port + added > kLastPort) {
    return Failure{FailureKind::kMismatch,
                   name + "=" + value + " is no port, a number from 1 to " +
                       std::to_string(kLastPort - added)};
  }
  return port + added;
}

Result<int> meeting_port(const Environment& environment) {
  if (const std::string own = value_of(environment, "MURMUR_PORT"); !own.empty()) {
    return port_of("MURMUR_PORT", own, 0);
  }
  if (const std::string store = value_of(environment, "MASTER_PORT"); !store.empty()) {
    return port_of("MASTER_PORT", store, 1);
  }
  return Failure{FailureKind::kMismatch,
                 "neither MASTER_PORT nor MURMUR_PORT is set, one of which says where the "
                 "processes find each other; torchrun sets the first one"};
}

}  // namespace

Result<std::optional<TcpPlace>> tcp_place(const Environment& environment) {
  const std::vector<ReadSource> sources = read_launch_sources(environment);
  const auto torchrun = std::find_if(sources.begin(), sources.end(), [](const ReadSource& source) {
    return source.launcher == Launcher::kTorchrun;
  });
  if (torchrun == sources.end() || torchrun->source.processes <= 1) {
    return std::optional<TcpPlace>();
  }
  const std::string processes = std::to_string(torchrun->source.processes);
  if (torchrun->source.process < 0) {
    return Failure{FailureKind::kMismatch,
                   "WORLD_SIZE=" + processes + " without RANK; torchrun sets both, and mpirun -n " +
                       processes + " needs neither"};
  }
  const auto port = meeting_port(environment);
  if (!port) {
    return port.failure();
  }
  const std::string address = value_of(environment, "MASTER_ADDR");
  return std::optional(TcpPlace{.process = torchrun->source.process,
                                .processes = torchrun->source.processes,
                                .address = address.empty() ? "127.0.0.1" : address,
                                .port = port.value(),
                                .run = value_of(environment, "TORCHELASTIC_RUN_ID") + "." +
                                       value_of(environment, "TORCHELASTIC_RESTART_COUNT")});
}

Result<std::unique_ptr<Transport>> open_tcp_as_launched() {
  const auto place = tcp_place(process_environment());
  if (!place) {
    return place.failure();
  }
  return open_tcp(*place.value());
}

std::string connection_of(const Launch& launch, const Environment& environment) {
  if (!is_over_tcp(launch)) {
    return std::string(name_of(launch.library));
  }
  const auto place = tcp_place(environment);
  return place && place.value() ? "TCP at " + name_of(*place.value()) : "TCP";
}

}  // namespace murmur::comm
