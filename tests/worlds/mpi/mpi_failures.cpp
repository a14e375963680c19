// SPDX-License-Identifier: Apache-2.0
// mpi_failures ALGORITHM TOPOLOGY AT messages|shared: rounds over the MPI that started the program,
// where process 1 stops at its AT-th operation until the others have given up, and then continues.
// The memory of the engines is released and overwritten meanwhile. Prints one line per process on
// standard output: how its rounds ended.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "tests/comm/laws/heard.h"
#include "tests/support/failing_transport.h"
#include "tests/support/steady_problem.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
constexpr int kSteps = 40;
constexpr std::chrono::milliseconds kLimit{200};

// As with a debugger or a suspended laptop. Process 0 resumes it.
void stop(comm::Transport& /*other*/) {
  kill(getpid(), SIGSTOP);
}

Status rounds(const std::string& algorithm,
              const std::string& topology,
              comm::Transport& transport) {
  const algorithms::Algorithm* const found = algorithms::find_algorithm(algorithm);
  SteadyProblem problem(kWorkers);
  threads::Pool pool(1);
  engine::Engine<double> engine(
      {.program = found->program<double>(OptionValues(found->options)),
       .topology = topology_of(topology, kWorkers),
       .problem = &problem,
       .pool = &pool,
       .transport = &transport,
       .ownership = comm::Ownership::even(kWorkers, transport.processes())});
  for (int step = 0; step < kSteps; ++step) {
    if (const auto stepped = engine.step(0.1); !stepped) {
      return stepped.failure();
    }
  }
  return Ok{};
}

void run_failing_rounds(const std::vector<std::string>& words) {
  auto transport = comm::open_mpi(comm::detect_launch().value().library).value();
  if (words[3] == "shared") {
    transport = comm::share_host(std::move(transport)).value();
  }
  const auto system_processes = comm::exchange_texts(*transport, std::to_string(getpid())).value();
  transport->set_wait_limit(kLimit);
  const int at = transport->process() == 1 ? std::stoi(words[2]) : 0;
  FailingTransport failing(transport.get(), at, stop);
  const Status ended = rounds(words[0], words[1], failing);
  std::vector<std::vector<char>> again(64, std::vector<char>(1 << 18, '!'));  // reuses memory
  fmt::print("{}: {}\n",
             transport->process(),
             ended ? "well, after " + std::to_string(failing.operations()) + " operations"
                   : ended.failure().message);
  std::fflush(stdout);
  // A launcher ends all processes when one ends whose MPI has failed.
  comm::Heard heard(*transport);
  for (int p = 0; p < transport->processes(); ++p) {
    if (p != transport->process()) {
      transport->send_control(p, {.kind = 1});
    }
  }
  if (transport->process() == 0) {
    heard.wait_for(1);  // the other process that has not been stopped
    kill(static_cast<pid_t>(std::stol(system_processes[1])), SIGCONT);
  }
  heard.wait_for(static_cast<std::size_t>(transport->processes() - 1));
}

}  // namespace
}  // namespace murmur::testing

int main(int argc, char** argv) {
  if (argc != 5) {
    return 2;
  }
  murmur::testing::run_failing_rounds({argv + 1, argv + argc});
  return 0;
}
