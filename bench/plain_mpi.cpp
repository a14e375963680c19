// SPDX-License-Identifier: Apache-2.0
// The reference of bench_pingpong: the same messages by MPI_Send and MPI_Recv, and the same line of
// JSON.
//
//   bench_plain_openmpi BYTES REPEATS
#include <chrono>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "murmur/comm/mpi/mpi_header.h"

namespace {

double seconds(int process, std::vector<char>& bytes, int repeats) {
  const auto size = static_cast<int>(bytes.size());
  MPI_Barrier(MPI_COMM_WORLD);
  const auto begun = std::chrono::steady_clock::now();
  for (int k = 0; k < repeats; ++k) {
    if (process == 0) {
      MPI_Send(bytes.data(), size, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
      MPI_Recv(bytes.data(), size, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (process == 1) {
      MPI_Recv(bytes.data(), size, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(bytes.data(), size, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int process = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &process);
  if (argc != 3) {
    fmt::print(stderr, "bench_plain: wants BYTES REPEATS\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  std::vector<char> bytes(std::strtoull(argv[1], nullptr, 10));
  const int repeats = std::atoi(argv[2]);
  seconds(process, bytes, 2);
  const double took = seconds(process, bytes, repeats);
  if (process == 0) {
    const double there_and_back = 2.0 * static_cast<double>(bytes.size()) * repeats;
    fmt::print("{{\"run\": \"plain\", \"megabytes_per_s\": {:.2f}}}\n",
               1e-6 * there_and_back / took);
  }
  return MPI_Finalize();
}
