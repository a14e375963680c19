// SPDX-License-Identifier: Apache-2.0
// The program as a user runs it: arguments in, exit code and texts out.
#pragma once

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/support/shell.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {

// What the tests' own surroundings may have set besides MURMUR_*, and would change what a command
// does.
constexpr std::array kForeign{"OMPI_COMM_WORLD_RANK",
                              "OMPI_COMM_WORLD_SIZE",
                              "PMI_RANK",
                              "PMI_SIZE",
                              "PMIX_RANK",
                              "SLURM_PROCID",
                              "SLURM_NTASKS",
                              "SLURM_STEP_NUM_TASKS",
                              "RANK",
                              "WORLD_SIZE"};

// env, without those and MURMUR_*; the tests' own cache stays.
inline std::string plain_environment() {
  std::string words = "env";
  for (const char* name : kForeign) {
    words += std::string(" -u ") + name;
  }
  for (char** setting = environ; *setting != nullptr; ++setting) {
    const std::string name(*setting, std::strcspn(*setting, "="));
    if (name.starts_with("MURMUR_") && name != "MURMUR_CACHE") {
      words += " -u " + quoted(name);
    }
  }
  return words;
}

// A folder of a user's, in which commands are given.
class Desk {
 public:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name).string();
  }

  // `environment`: NAME=value, before the program's name.
  Ran run(const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {}) const {
    std::string command = plain_environment();
    for (const std::string& setting : environment) {
      command += " " + quoted(setting);
    }
    command += " " + quoted(MURMUR_PROGRAM);
    for (const std::string& argument : arguments) {
      command += " " + quoted(argument);
    }
    return shell(folder_.path(), command);
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace murmur::testing
