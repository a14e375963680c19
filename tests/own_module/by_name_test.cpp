// SPDX-License-Identifier: Apache-2.0
// A model by name computes on a thread of the host, too, by torch and by oneDNN, each on one thread
// of its own; afterwards the host has as many as before.
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <murmur/simulation.h>

#include "tests/support/npz.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

// Two classes of images of 12 x 12.
std::string images() {
  const auto examples = [](const char* part, int count) {
    const std::vector<float> pixels(static_cast<std::size_t>(144 * count), 0.5F);
    std::vector<std::int64_t> labels;
    for (int k = 0; k < count; ++k) {
      labels.push_back(k % 2);
    }
    const std::string n = std::to_string(count);
    return std::vector<std::pair<std::string, std::string>>{
        {std::string(part) + "_x", npy("<f4", "(" + n + ", 1, 12, 12)", raw(pixels))},
        {std::string(part) + "_y", npy("<i8", "(" + n + ",)", raw(labels))}};
  };
  std::vector<std::pair<std::string, std::string>> arrays = examples("train", 32);
  const auto test = examples("test", 8);
  arrays.insert(arrays.end(), test.begin(), test.end());
  return npz(arrays);
}

int threads_of_another() {
  int count = 0;
  std::thread([&] { count = at::get_num_threads(); }).join();
  return count;
}

TEST(ByName, LeavesTheNumbersOfThreadsAsTheyWere) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "images.npz";
  std::ofstream(file, std::ios::binary) << images();
  at::set_num_threads(3);
  ASSERT_EQ(threads_of_another(), 3);
  for (const char* model : {"logistic", "lenet"}) {
    Options options{.workers = 4, .threads = 2};
    options.text = "[data]\nname = \"arrays\"\nfile = \"" + file +
                   "\"\nbatch_size = 4\n[model]\nname = \"" + model +
                   "\"\n[algorithm]\nlearning_rate = 0.1\n[schedule]\nsteps = 9\n";
    Simulation simulation(options);
    EXPECT_EQ(at::get_num_threads(), 3) << model;
    for (int step = 0; step < 3; ++step) {
      simulation.step(0.1);
      EXPECT_EQ(at::get_num_threads(), 3) << model;
      EXPECT_EQ(threads_of_another(), 3) << model;
    }
    simulation.evaluate();
    EXPECT_EQ(at::get_num_threads(), 3) << model;
    EXPECT_EQ(threads_of_another(), 3) << model;
  }
}

}  // namespace
}  // namespace murmur::testing
