// SPDX-License-Identifier: Apache-2.0
// worker_misuse FOLDER WHAT: workers in several processes of which process 1 does something else
// than the others. Every process prints "RANK MESSAGE", the error that it gets, and ends when all
// have: a launcher ends all processes as soon as one ends whose MPI has failed.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <poll.h>
#include <unistd.h>

#include "tests/own_loop/tables.h"

namespace murmur::testing {
namespace {

namespace fs = std::filesystem;

// As the launchers say it.
int process() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"}) {
    if (const char* value = std::getenv(name)) {
      return std::atoi(value);
    }
  }
  return 0;
}

void wait_for(const fs::path& file) {
  for (int k = 0; k < 3000 && !fs::exists(file); ++k) {
    poll(nullptr, 0, 10);
  }
}

// The first process lets a stopped one go on when it has its own error.
void resume(const fs::path& folder) {
  pid_t stopped = 0;
  if (std::ifstream(folder / "stopped") >> stopped) {
    kill(stopped, SIGCONT);
  }
}

void stop(const fs::path& folder) {
  std::ofstream(folder / "stopping") << getpid();
  fs::rename(folder / "stopping", folder / "stopped");
  kill(getpid(), SIGSTOP);
}

// A program that misuses, or loses, its worker.
void run(const std::string& what, const fs::path& folder) {
  const bool differs = process() == 1;
  Options options = options_of(settings()[0]);
  options.set("processes.timeout_s", 1);
  Task task = quadratic<float>();
  if (differs && what == "options") {
    options.set("algorithm.momentum", 0.5);
  } else if (differs && what == "wrong") {
    options.algorithm = "nonsense";
  } else if (differs && what == "tensors") {
    task.parameters[1].shape = {2};
    task.parameters = placed<float>(task.parameters);
  } else if (what == "start") {  // of the first process
    task.start = [](int, float*, float*) { throw std::runtime_error("no start today"); };
  }
  Worker worker(task, options);
  take_steps(worker, Loop::kOverlap, 3);
  if (differs && what == "throws") {
    throw std::runtime_error("out of examples");
  }
  if (differs && what == "stops") {
    stop(folder);
  }
  if (differs && what == "dies") {
    std::ofstream(folder / "1") << "done";
    kill(getpid(), SIGKILL);
  }
  if (what == "factors") {
    worker.set_factors(2, 0.5, 1);
    if (differs) {
      worker.set_factors(2, 0.25, 1);  // and back: what counts is that of the steps
      worker.set_factors(2, 0.5, 1);
    }
    take_steps(worker, Loop::kStep, 1);
    worker.digest();
    worker.set_factors(2, differs ? 0.25 : 0.5, 1);
    take_steps(worker, Loop::kStep, 1);
    worker.digest();
  } else if (what == "rates") {
    for (int k = 0; k < 3; ++k) {
      worker.step(differs && k == 1 ? 0.2 : 0.1);
    }
    worker.average_model();
  } else {
    take_steps(worker, Loop::kOverlap, 200);
  }
}

}  // namespace
}  // namespace murmur::testing

int main(int /*argc*/, char** argv) {
  using namespace murmur::testing;  // NOLINT(google-build-using-namespace)
  const std::filesystem::path folder = argv[1];
  std::string message = "no error";
  try {
    run(argv[2], folder);
  } catch (const std::exception& error) {
    message = error.what();
  }
  std::printf("%d %s\n", process(), message.c_str());
  std::fflush(stdout);
  std::ofstream(folder / std::to_string(process())) << "done";
  if (process() == 0) {
    resume(folder);
  }
  for (int p = 0; p < 3; ++p) {
    wait_for(folder / std::to_string(p));
  }
  return 0;
}
