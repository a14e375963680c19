// SPDX-License-Identifier: Apache-2.0
// A small run of four workers with checkpoints in a temporary folder, and ways to damage them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/core/check.h"
#include "tests/support/process_world.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

inline constexpr int kCheckpointWorkers = 4;

template <class S>
RunSpec<S> small_run(const std::string& algorithm, std::int64_t columns = 7) {
  const algorithms::Algorithm* found = algorithms::find_algorithm(algorithm);
  return {.program = found->program<S>(OptionValues(found->options)),
          .topology = topology_of("ring", kCheckpointWorkers),
          .problem =
              [columns] {
                return std::make_unique<RandomQuadratic<S>>(
                    kCheckpointWorkers,
                    typename RandomQuadratic<S>::Kind{},
                    typename RandomQuadratic<S>::Shape{
                        .matrix_rows = 5, .matrix_columns = columns, .vector_size = 3});
              },
          .rates = {},
          .weight_decay = 0};
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Every file below a folder with its bytes.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      content[entry.path().lexically_relative(folder).string()] = bytes_of(entry.path());
    }
  }
  return content;
}

class CheckpointTest : public ::testing::Test {
 protected:
  using Engine = engine::Engine<double>;

  std::filesystem::path folder() const { return temporary_.path() / "checkpoint"; }
  checkpoint::CheckpointPlace place(int keep = 2) const {
    return {.folder = folder(), .config_digest = "0123", .keep = keep};
  }
  std::filesystem::path path_of(std::int64_t step, const std::string& file = "") const {
    return folder() / ("step-" + std::to_string(step)) / file;
  }

  static void take_steps(Engine& engine, std::int64_t until) {
    while (engine.counters().step < until) {
      MURMUR_CHECK(static_cast<bool>(engine.step(0.1)), "no step");
    }
  }

  // Saves at these steps of one run.
  void save_at(const std::vector<std::int64_t>& steps, int keep = 10) const {
    const Solo<double> solo(small_run<double>("dsgdm"));
    for (const std::int64_t step : steps) {
      take_steps(*solo.engine, step);
      const Status saved = checkpoint::save_checkpoint(*solo.engine, place(keep), extras(step));
      ASSERT_TRUE(saved) << saved.failure().message;
    }
  }
  static checkpoint::Extras extras(std::int64_t step) {
    return {.numbers = {{"best", {static_cast<double>(step), 0.5}}}, .per_worker = {}, .texts = {}};
  }

  // The rows of that run after this many steps.
  static Rows<double> rows_at(std::int64_t step) {
    const Solo<double> solo(small_run<double>("dsgdm"));
    take_steps(*solo.engine, step);
    return rows_of(*solo.engine);
  }

  TemporaryFolder temporary_;
};

}  // namespace murmur::testing
