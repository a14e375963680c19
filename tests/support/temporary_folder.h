// SPDX-License-Identifier: Apache-2.0
// A new folder in memory where the system offers that (files are synced without waiting for a
// disk), otherwise in the system's temporary folder; removed with its content.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

#include "murmur/core/check.h"

namespace murmur::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool has_memory = access(memory.c_str(), W_OK) == 0;
    std::string pattern =
        ((has_memory ? memory : std::filesystem::temp_directory_path()) / "murmur-XXXXXX").string();
    MURMUR_CHECK(mkdtemp(pattern.data()) != nullptr, "no folder {}", pattern);
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

  // A link in this folder to a device. Tests that write to a device do so through such a link: code
  // that wrongly renames a file over its name then replaces the link, not the machine's device.
  std::filesystem::path link_to(const std::filesystem::path& device) const {
    const std::filesystem::path link = path_ / ("link_to_" + device.filename().string());
    std::filesystem::create_symlink(device, link);
    return link;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace murmur::testing
