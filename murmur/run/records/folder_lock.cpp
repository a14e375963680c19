// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/folder_lock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "murmur/core/error.h"
#include "murmur/run/text/host_name.h"

namespace murmur::run {
namespace {

constexpr const char* kName = ".lock";

// Whether the path still refers to the opened file: its previous owner may have removed it.
bool is_same_file(const files::Descriptor& file, const std::filesystem::path& path) {
  struct stat opened = {};
  struct stat named = {};
  return fstat(file.number(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// The text that the owner has written. It writes right after taking the lock, so short retries
// suffice.
std::string owner_in(const files::Descriptor& file) {
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    std::array<char, 512> text{};
    const ssize_t count = pread(file.number(), text.data(), text.size(), 0);
    if (count > 0 && text[static_cast<std::size_t>(count) - 1] == '\n') {
      return {text.data(), static_cast<std::size_t>(count) - 1};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return "another process";
}

void write_owner(const files::Descriptor& file) {
  const std::string text = fmt::format("process {} on host {}\n", getpid(), host_name());
  // If this fails, messages do not name the owner.
  if (ftruncate(file.number(), 0) == 0) {
    files::write_all(file, std::as_bytes(std::span(text)));
  }
}

}  // namespace

FolderLock FolderLock::take(const std::filesystem::path& folder) {
  FolderLock lock;
  const std::filesystem::path path = folder / kName;
  while (true) {
    files::Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file.is_open()) {
      return lock;
    }
    int taken = -1;
    do {
      taken = flock(file.number(), LOCK_EX | LOCK_NB);
    } while (taken != 0 && errno == EINTR);
    if (taken != 0 && errno == EWOULDBLOCK) {
      throw UserError(fmt::format(
          "the output folder {} is in use: {} is writing to it. Wait until it has ended, or choose "
          "another --output",
          folder.string(),
          owner_in(file)));
    }
    if (taken != 0) {
      return lock;
    }
    if (is_same_file(file, path)) {
      write_owner(file);
      lock.path_ = path;
      lock.file_ = std::move(file);
      return lock;
    }
  }
}

FolderLock::~FolderLock() {
  if (is_held()) {
    unlink(path_.c_str());
  }
}

}  // namespace murmur::run
