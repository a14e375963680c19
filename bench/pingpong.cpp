// SPDX-License-Identifier: Apache-2.0
// Two processes send one message back and forth over comm::Transport; prints the bandwidth as a
// line of JSON. Started by mpirun -n 2; bench_plain_openmpi does the same with plain MPI.
//
//   bench_pingpong BYTES REPEATS [shared]
//
// shared: through memory that the processes of a host share.
#include <chrono>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "bench/options.h"
#include <fmt/format.h>

#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/comm/transport.h"

namespace {

using murmur::bench::refuse;
using murmur::comm::Transport;

void finish(Transport& transport, murmur::comm::Ticket ticket) {
  if (const murmur::Status done = transport.wait(ticket); !done) {
    refuse(done.failure().message);
  }
}

double seconds(Transport& transport, std::span<std::byte> bytes, int repeats) {
  const int other = 1 - transport.process();
  const auto begun = std::chrono::steady_clock::now();
  for (int k = 0; k < repeats; ++k) {
    if (transport.process() == 0) {
      finish(transport, transport.send(other, 0, bytes));
    }
    finish(transport, transport.receive(other, 0, bytes));
    if (transport.process() == 1) {
      finish(transport, transport.send(other, 0, bytes));
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

int main(int argc, char** argv) {
  const auto launch = murmur::comm::detect_launch();
  const bool shared = argc == 4 && std::string(argv[3]) == "shared";
  if ((argc != 3 && !shared) || !launch || launch.value().processes != 2) {
    refuse("is started by mpirun -n 2, with BYTES REPEATS [shared]");
  }
  auto opened = murmur::comm::open_mpi(launch.value().library);
  if (opened && shared) {
    opened = murmur::comm::share_host(std::move(opened).value());
  }
  if (!opened) {
    refuse(opened.failure().message);
  }
  Transport& transport = *opened.value();
  std::vector<std::byte> bytes(std::strtoull(argv[1], nullptr, 10));
  const int repeats = std::atoi(argv[2]);
  seconds(transport, bytes, 2);
  const double took = seconds(transport, bytes, repeats);
  if (transport.process() == 0) {
    const double there_and_back = 2.0 * static_cast<double>(bytes.size()) * repeats;
    fmt::print("{{\"run\": \"pingpong\", \"megabytes_per_s\": {:.2f}}}\n",
               1e-6 * there_and_back / took);
  }
  return 0;
}
