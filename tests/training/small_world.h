// SPDX-License-Identifier: Apache-2.0
// The training run of small_run.h in the processes that a launcher starts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mpirun.h"
#include "tests/training/small_run.h"
#include "tests/training/started.h"

namespace murmur::testing {

// LAUNCHER -n PROCESSES murmur ARGUMENTS, for a shell.
inline std::string world_words(const Launcher& launcher,
                               int processes,
                               std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), MURMUR_PROGRAM);
  return plain_environment() + " " + launched(launcher, processes, arguments);
}

// murmur train small.toml ARGUMENTS
inline std::vector<std::string> training(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"train", "small.toml"});
  return arguments;
}

inline Ran train_in_world(const Desk& desk,
                          const Launcher& launcher,
                          int processes,
                          const std::vector<std::string>& arguments) {
  return shell(desk.path(""), world_words(launcher, processes, training(arguments)));
}

// A world that runs while a test observes it. The destructor asks one that still runs to end.
class StartedWorld : public Started {
 public:
  StartedWorld(const Desk& desk,
               const Launcher& launcher,
               int processes,
               const std::vector<std::string>& arguments)
      : Started(desk, "/bin/sh", {"-c", "exec " + world_words(launcher, processes, arguments)}) {}
  StartedWorld(const StartedWorld&) = delete;
  StartedWorld& operator=(const StartedWorld&) = delete;
  ~StartedWorld() {
    if (is_running()) {
      send(SIGTERM);
      end();
    }
  }

  // The murmur process with the launcher's number k: a great-grandchild of this test.
  std::optional<pid_t> find(int k) const {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename().string();
      if (name.find_first_not_of("0123456789") == std::string::npos) {
        const auto pid = static_cast<pid_t>(std::stol(name));
        if (is_below(pid) && is_process(pid, k)) {
          return pid;
        }
      }
    }
    return std::nullopt;
  }

 private:
  static std::string text_of(pid_t pid, const std::string& name) {
    return read_text("/proc/" + std::to_string(pid) + "/" + name);
  }

  bool is_below(pid_t pid) const {
    while (pid > 1 && pid != process()) {
      const std::string status = text_of(pid, "status");
      const std::size_t at = status.find("PPid:\t");
      pid = at == std::string::npos ? 0 : static_cast<pid_t>(std::stol(status.substr(at + 6)));
    }
    return pid == process();
  }

  // The strings of an environment or a command line end with a zero byte.
  static bool is_process(pid_t pid, int k) {
    const std::string zero(1, '\0');
    const std::string environment = zero + text_of(pid, "environ");
    const auto has = [&](const std::string& variable) {
      return environment.find(zero + variable + "=" + std::to_string(k) + zero) !=
             std::string::npos;
    };
    return text_of(pid, "cmdline").starts_with(MURMUR_PROGRAM + zero) &&
           (has("OMPI_COMM_WORLD_RANK") || has("PMI_RANK"));
  }
};

}  // namespace murmur::testing
