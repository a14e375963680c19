// SPDX-License-Identifier: Apache-2.0
// worker_loop FOLDER: one worker per process, under every setting of tables.h, one after the other;
// then two workers at once, and one that is saved and resumed. The first process prints lines "NAME
// LOOP DIGEST".
#include <cstdio>
#include <string>

#include "tests/own_loop/tables.h"

namespace murmur::testing {
namespace {

template <class S>
void print(BasicWorker<S>& worker, const std::string& name) {
  const std::string digest = worker.digest();
  if (worker.rank() == 0) {
    std::printf("%s %s\n", name.c_str(), digest.c_str());
    std::fflush(stdout);
  }
}

template <class S>
void every_setting(const std::string& precision) {
  for (const Setting& setting : settings_of<S>()) {
    for (const Loop loop : {Loop::kStep, Loop::kOverlap}) {
      BasicWorker<S> worker(quadratic<S>(setting.average_buffers), options_of(setting));
      take_steps(worker, loop, kSteps);
      print(worker, setting.name + precision + (loop == Loop::kStep ? " step" : " overlap"));
    }
  }
}

void two_at_once() {
  Worker first(quadratic<float>(), options_of(settings()[0]));
  Worker second(quadratic<float>(), options_of(settings()[1]));
  for (int k = 0; k < kSteps; ++k) {
    take_steps(second, Loop::kOverlap, 1);
    take_steps(first, Loop::kStep, 1);
  }
  print(first, "first both");
  print(second, "second both");
}

void resumed(const std::string& folder) {
  const Setting setting = settings()[0];
  {
    Worker worker(quadratic<float>(), options_of(setting));
    take_steps(worker, Loop::kStep, 3);
    worker.save(folder);
  }
  Worker worker(quadratic<float>(), options_of(setting));
  worker.resume(folder);
  take_steps(worker, Loop::kStep, kSteps - 3);
  print(worker, "resumed step");
}

}  // namespace
}  // namespace murmur::testing

int main(int /*argc*/, char** argv) {
  using namespace murmur::testing;  // NOLINT(google-build-using-namespace)
  every_setting<float>("");
  every_setting<double>("-double");
  two_at_once();
  resumed(argv[1]);
  return 0;
}
