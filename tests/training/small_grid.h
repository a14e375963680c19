// SPDX-License-Identifier: Apache-2.0
// A comparison that takes a second: three methods, of which one diverges, two settings, two seeds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {

inline constexpr const char* kGrid = R"(
[compare]
seeds = [1, 2]
[[compare.method]]
label = "DSGD"
set = { "algorithm.name" = "dsgd", "algorithm.learning_rate" = 0.2 }
[[compare.method]]
label = "QG"
set = { "algorithm.name" = "qg-dsgdm-n" }
[[compare.method]]
label = "too fast"
set = { "algorithm.name" = "dsgdm-n", "algorithm.learning_rate" = 1e30 }
[[compare.setting]]
label = "even"
set = { "data.alpha" = 100.0 }
[[compare.setting]]
label = "uneven"
set = { "data.alpha" = 0.5 }
)";

class CompareDesk : public TrainingDesk {
 public:
  explicit CompareDesk(const std::string& grid = kGrid) {
    write("grid.toml", read_text(path("small.toml")) + grid);
  }
  Ran compare(std::vector<std::string> arguments = {},
              const std::vector<std::string>& environment = {}) const {
    arguments.insert(arguments.begin(), {"compare", "grid.toml"});
    return run(arguments, environment);
  }
  nlohmann::json summary(const std::string& run) const {
    return nlohmann::json::parse(read_text(path(run + "/summary.json")));
  }

  // Number of the grid's runs that have their configuration already.
  int begun(const std::string& folder) const {
    int count = 0;
    std::error_code none;
    for (const auto& run : std::filesystem::directory_iterator(path(folder + "/runs"), none)) {
      count += std::filesystem::exists(run.path() / "config.toml") ? 1 : 0;
    }
    return count;
  }

  // When each of the grid's runs was written.
  std::map<std::string, std::filesystem::file_time_type> runs(const std::string& folder) const {
    std::map<std::string, std::filesystem::file_time_type> times;
    for (const auto& entry : std::filesystem::directory_iterator(path(folder + "/runs"))) {
      times[entry.path().filename().string()] =
          std::filesystem::last_write_time(entry.path() / "summary.json");
    }
    return times;
  }

  // The final digest of each of the grid's runs.
  std::map<std::string, std::string> digests(const std::string& folder) const {
    std::map<std::string, std::string> digests;
    for (const auto& [run, time] : runs(folder)) {
      digests[run] = summary(folder + "/runs/" + run)["digest"];
    }
    return digests;
  }
};

}  // namespace murmur::testing
