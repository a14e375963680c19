// SPDX-License-Identifier: Apache-2.0
// Commands as a user gives them: words in, exit code and output out.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>

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

// Runs the words in a shell, in a folder that also receives .out and .err.
inline Ran shell(const std::filesystem::path& folder, const std::string& words) {
  const std::string command = "cd " + quoted(folder.string()) + " && " + words + " > .out 2> .err";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          read_text(folder / ".out"),
          read_text(folder / ".err")};
}

}  // namespace murmur::testing
