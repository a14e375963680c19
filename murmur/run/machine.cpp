// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/machine.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <unistd.h>

#include "murmur/files/digest.h"

namespace murmur::run {
namespace {

constexpr const char* kProgram = "/proc/self/exe";
constexpr const char* kLearning = "libmurmur_learning.so";  // beside it

// The value of the first line of /proc/cpuinfo with that key.
std::string cpuinfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.rfind(key, 0) == 0 && colon != std::string::npos) {
      return line.substr(std::min(line.size(), colon + 2));
    }
  }
  return {};
}

}  // namespace

std::string processor_name() {
  const std::string name = cpuinfo("model name");
  return name.empty() ? "unknown" : name;
}

std::string processor_features() {
  const std::string x86 = cpuinfo("flags");
  return x86.empty() ? cpuinfo("Features") : x86;
}

std::string program_digest() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink(kProgram, error);
  std::string text;
  for (const auto& file : {program, program.parent_path() / kLearning}) {
    if (const auto digest = files::digest_of_file(file)) {
      text += files::to_hex(digest.value());
    }
  }
  return text;
}

int usable_cores() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

int cores() {
  return static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace murmur::run
