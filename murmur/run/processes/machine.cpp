// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/processes/machine.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "murmur/files/digest.h"

namespace murmur::run {
namespace {

namespace fs = std::filesystem;

// The text after "name :" in a file of /proc, or empty.
std::string proc_entry(const char* file, const std::string& name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(':');
    const auto end = line.find_first_of(":\t");
    if (colon != std::string::npos && line.substr(0, end) == name) {
      const auto begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? "" : line.substr(begin);
    }
  }
  return "";
}

// A value such as "16384 kB" in bytes; 0 if there is no such line.
std::int64_t memory_entry(const std::string& name) {
  return std::strtoll(proc_entry("/proc/meminfo", name).c_str(), nullptr, 10) * 1024;
}

std::string processor_name() {
  std::string name = proc_entry("/proc/cpuinfo", "model name");
  utsname system{};
  if (name.empty() && uname(&system) == 0) {
    name = system.machine;
  }
  return name;
}

std::string processor_features() {
  const std::string x86 = proc_entry("/proc/cpuinfo", "flags");
  return x86.empty() ? proc_entry("/proc/cpuinfo", "Features") : x86;
}

// The file that this code is in: libmurmur.so, or a program that is linked to its parts.
fs::path own_file() {
  static const char kPlace = 0;
  Dl_info info{};
  return dladdr(&kPlace, &info) == 0 ? fs::path() : fs::path(info.dli_fname);
}

// The folder itself or, if it does not exist yet, its nearest existing ancestor.
fs::path nearest_there(const fs::path& folder) {
  std::error_code ignored;
  fs::path place = fs::absolute(folder, ignored);
  while (!fs::exists(place, ignored) && place.has_relative_path()) {
    place = place.parent_path();
  }
  return place;
}

}  // namespace

int usable_cores() {
  // Machines may have more cores than one cpu_set_t can represent.
  std::vector<cpu_set_t> masks(64);
  const std::size_t bytes = masks.size() * sizeof(cpu_set_t);
  const bool known = sched_getaffinity(0, bytes, masks.data()) == 0;
  const int count = known ? CPU_COUNT_S(bytes, masks.data())
                          : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(count, 1);
}

Machine look_at_machine() {
  return {.processor = processor_name(),
          .features = processor_features(),
          .cores = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN))),
          .usable_cores = usable_cores(),
          .memory_bytes = memory_entry("MemTotal"),
          .available_bytes = memory_entry("MemAvailable")};
}

std::string program_digest() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path own = own_file();
  std::string text;
  for (const fs::path& file : {program, own, own.parent_path() / "libmurmur_torch.so"}) {
    if (const auto digest = files::digest_of_file(file)) {
      text += files::to_hex(digest.value());
    }
  }
  return text;
}

FolderState look_at_folder(const fs::path& folder) {
  const fs::path place = nearest_there(folder);
  std::error_code error;
  if (!fs::is_directory(place, error)) {
    return {folder, fmt::format("{} is no folder", place.string())};
  }
  if (access(place.c_str(), W_OK | X_OK) != 0) {
    return {folder, fmt::format("{}: {}", place.string(), std::strerror(errno))};
  }
  const fs::space_info space = fs::space(place, error);
  if (error) {
    return {folder, fmt::format("{}: {}", place.string(), error.message())};
  }
  return {folder, "", static_cast<std::int64_t>(space.available)};
}

}  // namespace murmur::run
