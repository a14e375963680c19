// SPDX-License-Identifier: Apache-2.0
// The program as a user runs it: arguments in, exit code and texts out.
#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>

#include "tests/support/temporary_folder.h"

namespace murmur::testing {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string read_text(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(text).str();
}

inline std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) {
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text + "'";
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

// What the tests' own surroundings may have set, and would change what a command does.
constexpr std::array kForeign{"MURMUR_SEED",
                              "MURMUR_OUTPUT",
                              "MURMUR_THREADS",
                              "MURMUR_DATA",
                              "OMPI_COMM_WORLD_RANK",
                              "OMPI_COMM_WORLD_SIZE",
                              "PMI_RANK",
                              "PMI_SIZE",
                              "PMIX_RANK",
                              "SLURM_PROCID",
                              "SLURM_NTASKS",
                              "SLURM_STEP_NUM_TASKS",
                              "RANK",
                              "WORLD_SIZE"};

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
    std::string command = "cd " + quoted(folder_.path().string()) + " && env";
    for (const char* name : kForeign) {
      command += std::string(" -u ") + name;
    }
    for (const std::string& setting : environment) {
      command += " " + quoted(setting);
    }
    command += " " + quoted(MURMUR_PROGRAM);
    for (const std::string& argument : arguments) {
      command += " " + quoted(argument);
    }
    command += " > .out 2> .err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            read_text(path(".out")),
            read_text(path(".err"))};
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace murmur::testing
