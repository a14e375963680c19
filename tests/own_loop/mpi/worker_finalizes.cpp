// SPDX-License-Identifier: Apache-2.0
// worker_finalizes any-thread|one-thread|within: a host program with an MPI of its own, for any
// thread or for one, that calls MPI_Finalize() while a worker lives, between two steps or within
// one. Every process prints lines "RANK WHAT: MESSAGE", the errors that it gets afterwards.
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

#include "murmur/comm/mpi/mpi_header.h"
#include "tests/own_loop/tables.h"

namespace murmur::testing {
namespace {

void say(int rank, const std::string& what, const std::function<void()>& work) {
  std::string message = "no error";
  try {
    work();
  } catch (const Error& error) {
    message = error.what();
  }
  std::printf("%d %s: %s\n", rank, what.c_str(), message.c_str());
}

void run(const std::string& how) {
  int level = 0;
  MPI_Init_thread(
      nullptr, nullptr, how == "one-thread" ? MPI_THREAD_FUNNELED : MPI_THREAD_MULTIPLE, &level);
  std::optional<Worker> worker(std::in_place, quadratic<float>(), options_of(settings()[0]));
  take_steps(*worker, Loop::kOverlap, 3);
  if (how == "within") {
    worker->begin(0.1);
    worker->ready(4);
  }
  MPI_Finalize();
  const int rank = worker->rank();
  if (how == "within") {
    say(rank, "finish", [&] { worker->finish(); });
  }
  say(rank, "step", [&] { worker->step(0.1); });
  say(rank, "digest", [&] { worker->digest(); });
  say(rank, "save", [&] { worker->save("."); });
  say(rank, "another", [&] { Worker(quadratic<float>(), options_of(settings()[0])); });
  say(rank, "steps", [&] { worker->steps(); });
  worker.reset();
  std::printf("%d ended\n", rank);
}

}  // namespace
}  // namespace murmur::testing

int main(int /*argc*/, char** argv) {
  murmur::testing::run(argv[1]);
  return 0;
}
