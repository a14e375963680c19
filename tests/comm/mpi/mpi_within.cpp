// SPDX-License-Identifier: Apache-2.0
// mpi_within alone|given|funneled: a host program that the launcher started, with transports within
// it. alone: nobody initializes MPI before. given: the program has, for any thread, and hands in
// communicators. funneled: it has, for one thread. A line per process and finding on standard
// output, and what the program is left with.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>

#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/comm/mpi/mpi_header.h"
#include "tests/comm/laws/laws.h"

namespace murmur::comm {
namespace {

// What a library has no business to change.
struct HostState {
  std::vector<void (*)(int)> handlers = {};
  int timer_slack = 0;
  bool has_setting = false;

  static HostState now() {
    HostState state;
    for (int signal = 1; signal < 32; ++signal) {
      struct sigaction action {};
      sigaction(signal, nullptr, &action);
      state.handlers.push_back(action.sa_handler);
    }
    state.timer_slack = prctl(PR_GET_TIMERSLACK);
    state.has_setting = std::getenv("OMPI_MCA_btl_tcp_eager_limit") != nullptr;
    return state;
  }
  bool operator==(const HostState&) const = default;
};

using Opened = std::unique_ptr<Transport>;

Opened open(std::optional<CommunicatorBits> communicator = {}) {
  const LoadedMpi loaded = loaded_mpi();
  auto opened = open_mpi_within(loaded.library, communicator);
  return std::move(opened).value();
}

CommunicatorBits bits_of(MPI_Comm communicator) {
  CommunicatorBits bits = 0;
  std::memcpy(&bits, &communicator, sizeof communicator);
  return bits;
}

// Every process tells every other one its number, `times` times.
void expect_numbers(Transport& transport, int times, Findings& found) {
  for (int time = 0; time < times; ++time) {
    const auto texts = exchange_texts(transport, std::to_string(transport.process()));
    found.expect(static_cast<bool>(texts), "an exchange fails");
    for (int p = 0; texts && p < transport.processes(); ++p) {
      found.expect(texts.value()[static_cast<std::size_t>(p)] == std::to_string(p),
                   "another process answers");
    }
  }
}

void one_after_the_other(Findings& found) {
  for (int k = 0; k < 3; ++k) {
    const Opened transport = open();
    expect_numbers(*transport, 3, found);
  }
}

void two_at_once(Findings& found) {
  const Opened first = open();
  const Opened second = open();
  for (int k = 0; k < 3; ++k) {
    expect_numbers(*second, 2, found);
    expect_numbers(*first, 1, found);
  }
}

void on_one_host(Findings& found) {
  const Opened transport = share_host(open()).value();
  found.expect(transport->shared_views() != nullptr, "one host shares no memory");
  expect_numbers(*transport, 3, found);
}

// Halves of the world, each for itself, while the host's own messages travel over the same
// communicator with the same tags.
void on_halves(Findings& found) {
  int process = 0;
  int processes = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &process);
  MPI_Comm_size(MPI_COMM_WORLD, &processes);
  MPI_Comm half = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, process % 2, process, &half);
  const int partner = process ^ 1;
  int mine = 1000 + process;
  int theirs = 0;
  MPI_Request requests[2];
  MPI_Irecv(&theirs, 1, MPI_INT, partner, 0, MPI_COMM_WORLD, &requests[0]);
  {
    const Opened transport = open(bits_of(half));
    found.expect(transport->processes() == processes / 2, "a half has another size");
    found.expect(transport->process() == process / 2, "a half counts otherwise");
    expect_numbers(*transport, 5, found);
  }
  MPI_Isend(&mine, 1, MPI_INT, partner, 0, MPI_COMM_WORLD, &requests[1]);
  MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
  found.expect(theirs == 1000 + partner, "the host's message was taken");
  int size = 0;
  found.expect(MPI_Comm_size(half, &size) == MPI_SUCCESS && size == processes / 2,
               "the host's communicator is gone");
  MPI_Comm_free(&half);
}

void refuses_what_is_none(Findings& found) {
  const auto opened = open_mpi_within(loaded_mpi().library, bits_of(MPI_COMM_NULL));
  found.expect(!opened && opened.failure().kind == FailureKind::kInvalid,
               "MPI_COMM_NULL is a communicator");
}

void check(const std::string& how) {
  Findings found;
  if (how != "alone") {
    int level = 0;
    MPI_Init_thread(
        nullptr, nullptr, how == "given" ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED, &level);
  }
  const HostState before = HostState::now();
  one_after_the_other(found);
  two_at_once(found);
  on_one_host(found);
  if (how != "alone") {
    on_halves(found);
    refuses_what_is_none(found);
  }
  found.expect(HostState::now() == before, "the host's process is not as it was");
  int process = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &process);
  int finalized = 0;
  MPI_Finalized(&finalized);
  found.expect(finalized == 0, "MPI was finalized");
  if (how != "alone") {
    found.expect(MPI_Finalize() == MPI_SUCCESS, "MPI cannot be finalized");
    found.expect(!open_mpi_within(loaded_mpi().library, {}), "finalized MPI was opened");
  }
  fmt::print("{} {}: {}\n",
             process,
             how,
             found.wrong().empty() ? "kept" : fmt::format("{}", fmt::join(found.wrong(), "; ")));
  std::fflush(stdout);
}

}  // namespace
}  // namespace murmur::comm

int main(int argc, char** argv) {
  murmur::comm::check(argc > 1 ? argv[1] : "alone");
  return 0;
}
