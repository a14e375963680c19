// SPDX-License-Identifier: Apache-2.0
// The reference of bench_w1 under mpirun: the same gradients, one worker per process, and a ring
// written by hand: MPI_Isend and MPI_Irecv of whole models, MPI_Waitall, the mean of three.
// DSGDm-N; prints gradient steps per second as a line of JSON.
//
//   bench_ring_openmpi STEPS REPEATS
#include <chrono>
#include <cstdlib>
#include <vector>

#include "bench/options.h"
#include "bench/w1_problem.h"

#include "murmur/comm/mpi/mpi_header.h"

namespace {

constexpr float kLearningRate = 0.05F;
constexpr float kMomentum = 0.9F;

class Ring {
 public:
  Ring(int process, int processes, murmur::problems::Problem<float>* problem)
      : process_(process),
        next_((process + 1) % processes),
        previous_((process + processes - 1) % processes),
        problem_(problem),
        x_(problem->layout().row_size()),
        gradient_(x_.size()),
        momentum_(x_.size()),
        from_next_(x_.size()),
        from_previous_(x_.size()) {
    problem->prepare(1);
    problem->start(process, x_);
  }

  void step(std::int64_t step) {
    murmur::problems::GradientJob<float> job{
        .batch = step, .worker = process_, .x = x_.data(), .gradient = gradient_.data()};
    problem_->gradients({&job, 1}, 0, [](std::size_t, murmur::CoordinateRange) {});
    for (std::size_t c = 0; c < x_.size(); ++c) {
      momentum_[c] = kMomentum * momentum_[c] + gradient_[c];
      x_[c] -= kLearningRate * (gradient_[c] + kMomentum * momentum_[c]);
    }
    exchange();
    for (std::size_t c = 0; c < x_.size(); ++c) {
      x_[c] += ((from_previous_[c] - x_[c]) + (from_next_[c] - x_[c])) / 3;
    }
  }

 private:
  void exchange() {
    const auto count = static_cast<int>(x_.size());
    MPI_Request requests[4];
    MPI_Irecv(from_next_.data(), count, MPI_FLOAT, next_, 0, MPI_COMM_WORLD, &requests[0]);
    MPI_Irecv(from_previous_.data(), count, MPI_FLOAT, previous_, 1, MPI_COMM_WORLD, &requests[1]);
    MPI_Isend(x_.data(), count, MPI_FLOAT, previous_, 0, MPI_COMM_WORLD, &requests[2]);
    MPI_Isend(x_.data(), count, MPI_FLOAT, next_, 1, MPI_COMM_WORLD, &requests[3]);
    MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
  }

  int process_;
  int next_;
  int previous_;
  murmur::problems::Problem<float>* problem_;
  std::vector<float> x_;
  std::vector<float> gradient_;
  std::vector<float> momentum_;
  std::vector<float> from_next_;
  std::vector<float> from_previous_;
};

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int process = 0;
  int processes = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &process);
  MPI_Comm_size(MPI_COMM_WORLD, &processes);
  if (argc != 3 || processes < 3) {
    murmur::bench::refuse("is started by mpirun -n 3 or more, with STEPS REPEATS");
  }
  const int steps = std::atoi(argv[1]);
  const auto problem = murmur::bench::make_w1(processes, "", "auto");
  Ring ring(process, processes, problem.get());
  std::vector<double> rates;
  std::int64_t step = 0;
  for (int k = -1; k < std::atoi(argv[2]); ++k) {
    MPI_Barrier(MPI_COMM_WORLD);
    const auto started = std::chrono::steady_clock::now();
    for (int s = 0; s < steps; ++s) {
      ring.step(step++);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    if (k >= 0) {  // the first repetition warms up
      rates.push_back(steps * processes / took.count());
    }
  }
  if (process == 0) {
    fmt::print("{{\"peer\": \"ring\", \"rates\": [{:.1f}]}}\n", fmt::join(rates, ", "));
  }
  return MPI_Finalize();
}
