// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/tcp/rendezvous.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace murmur::comm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostGreeting = 1000;  // bytes
constexpr std::size_t kMostAnswer = std::size_t{1} << 20U;
constexpr std::chrono::seconds kGreetingLimit{5};  // a stranger that connects says nothing

struct Greeting {
  int process = -1;
  int processes = 0;
  std::string run;
  int port = 0;
};

std::string run_of(const TcpPlace& place) {
  std::string word = place.run.empty() ? "-" : place.run;
  std::replace_if(
      word.begin(), word.end(), [](char c) { return c <= ' '; }, '_');
  return word.substr(0, 200);
}

std::string greeting_of(const TcpPlace& place, int port) {
  return fmt::format(
      "murmur-tcp 1 {} {} {} {}", place.process, place.processes, run_of(place), port);
}

std::optional<Greeting> greeting_from(const std::string& text) {
  std::istringstream words(text);
  std::string name;
  int version = 0;
  Greeting greeting;
  words >> name >> version >> greeting.process >> greeting.processes >> greeting.run >>
      greeting.port;
  const bool is_one = !words.fail() && name == "murmur-tcp" && version == 1;
  return is_one ? std::optional(greeting) : std::nullopt;
}

std::vector<int> missing(const std::vector<Socket>& sockets, const TcpPlace& place) {
  std::vector<int> processes;
  for (int p = 0; p < place.processes; ++p) {
    if (p != place.process && !sockets[static_cast<std::size_t>(p)].is_open()) {
      processes.push_back(p);
    }
  }
  return processes;
}

// What is wrong with a process that greets; empty: nothing.
std::string doubt(const Greeting& greeting,
                  const TcpPlace& place,
                  const std::vector<Socket>& sockets) {
  if (greeting.run != run_of(place)) {
    return fmt::format("it is of the run '{}', and here meets '{}'", greeting.run, run_of(place));
  }
  if (greeting.processes != place.processes) {
    return fmt::format(
        "it is of {} processes, and here meet {}", greeting.processes, place.processes);
  }
  if (greeting.process < 0 || greeting.process >= place.processes ||
      greeting.process == place.process ||
      sockets[static_cast<std::size_t>(greeting.process)].is_open()) {
    return fmt::format("process {} of {} is here already", greeting.process, place.processes);
  }
  return {};
}

// Until all processes with higher numbers are here: they come, to lower ones one goes. Strangers
// are sent away: a process of another world with the reason, anything else without a word.
template <class Welcome>
Status accept_all(const Socket& listener,
                  const TcpPlace& place,
                  Deadline deadline,
                  std::vector<Socket>& sockets,
                  const Welcome& welcome) {
  auto wanted = static_cast<std::size_t>(place.processes - place.process - 1);
  while (wanted > 0) {
    auto socket = accept_from(listener, deadline);
    if (!socket) {
      return socket.failure();
    }
    if (!socket.value().is_open()) {
      return Failure{FailureKind::kPeer,
                     fmt::format("process {} listened at {}:{}, and process {} of {} did not come",
                                 place.process,
                                 address_of(listener),
                                 port_of(listener),
                                 fmt::join(missing(sockets, place), ", "),
                                 place.processes)};
    }
    const Deadline soon = std::min<Deadline>(deadline, Clock::now() + kGreetingLimit);
    const auto text = receive_text(socket.value(), kMostGreeting, soon);
    const auto greeting = text ? greeting_from(text.value()) : std::nullopt;
    if (!greeting) {
      continue;
    }
    if (const std::string reason = doubt(*greeting, place, sockets); !reason.empty()) {
      static_cast<void>(send_text(socket.value(), "no " + reason, soon));
      continue;
    }
    welcome(*greeting, socket.value());
    sockets[static_cast<std::size_t>(greeting->process)] = std::move(socket).value();
    --wanted;
  }
  return Ok{};
}

Result<std::vector<Socket>> meet_as_first(const TcpPlace& place, Deadline deadline) {
  const auto processes = static_cast<std::size_t>(place.processes);
  std::vector<Socket> sockets(processes);
  std::vector<std::string> addresses(processes);
  {
    const auto listener = listen_at(place.address, place.port);
    if (!listener) {
      return listener.failure().in("the processes of this run meet at process 0");
    }
    const auto note = [&](const Greeting& greeting, const Socket& socket) {
      addresses[static_cast<std::size_t>(greeting.process)] =
          fmt::format("{} {}", peer_address_of(socket), greeting.port);
    };
    const Status met = accept_all(listener.value(), place, deadline, sockets, note);
    if (!met) {
      return met.failure();
    }
  }  // the listener is closed: no process joins from here on
  const std::string answer = fmt::format("ok{}", fmt::join(addresses, " "));
  for (std::size_t p = 1; p < processes; ++p) {
    if (const Status sent = send_text(sockets[p], answer, deadline); !sent) {
      return sent.failure().in(fmt::format("process 0 could not answer process {}", p));
    }
  }
  return sockets;
}

// The connection to the first process, and its answer.
Result<std::pair<Socket, std::string>> ask_the_first(const TcpPlace& place,
                                                     Socket& listener,
                                                     Deadline deadline) {
  auto socket = connect_to(place.address, place.port, deadline);
  if (!socket) {
    return socket.failure().in(
        fmt::format("process {} of {} did not find process 0", place.process, place.processes));
  }
  auto listening = listen_at(address_of(socket.value()), 0);
  if (!listening) {
    return listening.failure();
  }
  listener = std::move(listening).value();
  const Status sent = send_text(socket.value(), greeting_of(place, port_of(listener)), deadline);
  auto answer = sent ? receive_text(socket.value(), kMostAnswer, deadline)
                     : Result<std::string>(sent.failure());
  const auto refused = [&](const std::string& why) {
    return Failure{FailureKind::kPeer,
                   fmt::format("process {} of {} was not let in at {}: {}",
                               place.process,
                               place.processes,
                               name_of(place),
                               why)};
  };
  if (!answer) {
    return refused(answer.failure().message);
  }
  if (!answer.value().starts_with("ok")) {
    return refused(answer.value().starts_with("no ") ? answer.value().substr(3)
                                                     : "another program listens there");
  }
  return std::pair(std::move(socket).value(), answer.value().substr(2));
}

Result<std::vector<Socket>> meet_as_other(const TcpPlace& place, Deadline deadline) {
  Socket listener;
  auto first = ask_the_first(place, listener, deadline);
  if (!first) {
    return first.failure();
  }
  std::vector<Socket> sockets(static_cast<std::size_t>(place.processes));
  std::istringstream words(first.value().second);
  sockets[0] = std::move(first.value().first);
  for (int p = 1; p < place.process; ++p) {
    std::string address;
    int port = 0;
    words >> address >> port;
    auto socket = connect_to(address, port, deadline);
    const Status sent = socket ? send_text(socket.value(), greeting_of(place, 0), deadline)
                               : Status(socket.failure());
    if (!sent) {
      return sent.failure().in(
          fmt::format("process {} could not reach process {}", place.process, p));
    }
    sockets[static_cast<std::size_t>(p)] = std::move(socket).value();
  }
  const Status met =
      accept_all(listener, place, deadline, sockets, [](const Greeting&, const Socket&) {});
  if (!met) {
    return met.failure();
  }
  return sockets;
}

}  // namespace

std::string name_of(const TcpPlace& place) {
  return fmt::format("{}:{}", place.address, place.port);
}

Result<std::vector<Socket>> meet_over_tcp(const TcpPlace& place, Deadline deadline) {
  return place.process == 0 ? meet_as_first(place, deadline) : meet_as_other(place, deadline);
}

}  // namespace murmur::comm
