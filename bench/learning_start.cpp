// SPDX-License-Identifier: Apache-2.0
// The reference of bench/start: a process that loads torch and MPI, connects to the other processes
// of its world, and does nothing else. The first process writes the given file when all are
// connected.
#include <cstdio>
#include <fstream>

#include "murmur/comm/exchange.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/learning/torch.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mpirun -n PROCESSES bench_learning_start FILE\n");
    return 2;
  }
  murmur::learning::compute_alone_in_torch();  // linked, so torch was loaded before main began
  const auto launch = murmur::comm::detect_launch().value();
  const auto transport = murmur::comm::open_mpi(launch.library);
  if (!transport || !murmur::comm::exchange_texts(*transport.value(), "here")) {
    std::fprintf(stderr, "bench_learning_start: no world\n");
    return 1;
  }
  if (transport.value()->process() == 0) {
    std::ofstream(argv[1]) << "all are there\n";
  }
  return 0;
}
