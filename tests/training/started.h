// SPDX-License-Identifier: Apache-2.0
// A command that runs while a test observes it: its standard error is read line by line, signals
// are sent to it, and its end is awaited.
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/commands/program.h"

namespace murmur::testing {

class Started {
 public:
  // murmur ARGUMENTS
  Started(const Desk& desk, std::vector<std::string> arguments)
      : Started(desk, MURMUR_PROGRAM, std::move(arguments)) {}

  // Standard error goes through a named pipe, .pipe, both ends of which this test holds open as
  // well.
  Started(const Desk& desk, const std::string& program, std::vector<std::string> arguments) {
    const std::string pipe = desk.path(".pipe").string();
    unlink(pipe.c_str());
    EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    ends_ = open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(ends_, 0);
    arguments.insert(arguments.begin(), program);
    std::vector<char*> words;
    for (std::string& argument : arguments) {
      words.push_back(argument.data());
    }
    words.push_back(nullptr);
    child_ = fork();
    if (child_ == 0) {
      dup2(open(pipe.c_str(), O_WRONLY), STDERR_FILENO);
      dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
      if (chdir(desk.path("").c_str()) == 0) {
        execv(program.c_str(), words.data());
      }
      _exit(127);
    }
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    close(ends_);
  }

  // Waits for this many lines. False: it ended before.
  bool wait_for_lines(int count) {
    while (count > 0) {
      char byte = 0;
      if (read(ends_, &byte, 1) == 1) {
        count -= byte == '\n' ? 1 : 0;
      } else if (has_ended()) {
        return false;
      } else {
        pollfd readable{.fd = ends_, .events = POLLIN, .revents = 0};
        poll(&readable, 1, 10);
      }
    }
    return true;
  }

  // From here on the command blocks as soon as it writes to standard error.
  void fill_its_pipe() const {
    while (write(ends_, "-", 1) == 1) {
    }
  }

  bool is_running() { return !has_ended(); }

  void send(int signal) const { kill(child_, signal); }
  pid_t process() const { return child_; }

  // Waits until a signal is no longer pending: the program has received it.
  bool has_taken(int signal) const {
    const std::string name = "/proc/" + std::to_string(child_) + "/status";
    const std::string key = "ShdPnd:\t";
    for (;;) {
      const std::string status = read_text(name);
      const std::size_t at = status.find(key);
      if (at == std::string::npos) {
        return false;
      }
      const auto pending = std::stoull(status.substr(at + key.size(), 16), nullptr, 16);
      if (((pending >> static_cast<unsigned>(signal - 1)) & 1U) == 0) {
        return true;
      }
    }
  }

  // Waits for the end; returns the exit code, or minus the signal that ended it.
  int end() {
    char bytes[4096];
    while (!has_ended()) {
      pollfd readable{.fd = ends_, .events = POLLIN, .revents = 0};
      if (poll(&readable, 1, 10) == 1) {
        while (read(ends_, bytes, sizeof bytes) > 0) {
        }
      }
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
  }

  // The same for a command that may be blocked on a full pipe: nothing is read.
  int end_unread() {
    waitpid(child_, &status_, 0);
    child_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
  }

 private:
  bool has_ended() {
    if (child_ > 0 && waitpid(child_, &status_, WNOHANG) == child_) {
      child_ = -1;
    }
    return child_ < 0;
  }

  int ends_ = -1;
  pid_t child_ = -1;
  int status_ = 0;
};

}  // namespace murmur::testing
