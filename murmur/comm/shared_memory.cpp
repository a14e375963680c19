// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/shared_memory.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "murmur/core/check.h"
#include "murmur/core/huge_pages.h"

namespace murmur::comm {
namespace {

Failure refused(const std::string& what) {
  return {FailureKind::kIo, fmt::format("{}: {}", what, std::strerror(errno))};
}

// Null, with errno set, where the file cannot be mapped.
std::byte* map(int file, std::size_t bytes) {
  void* const mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    return nullptr;
  }
  prefer_huge_pages(mapped, bytes);
  return static_cast<std::byte*>(mapped);
}

// The target of a symbolic link, such as "net:[4026531840]"; empty where it cannot be read.
std::string target_of(const char* link) {
  char text[64];
  const ssize_t length = readlink(link, text, sizeof text);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), file_(std::exchange(other.file_, -1)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(file_, other.file_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) {
    munmap(bytes_.data(), bytes_.size());
  }
  if (file_ >= 0) {
    close(file_);
  }
}

Result<SharedMemory> SharedMemory::make(std::size_t bytes) {
  MURMUR_CHECK(bytes > 0, "shared memory of no bytes");
  const int file = memfd_create("murmur", MFD_CLOEXEC);
  if (file < 0) {
    return refused("no memory to share with other processes");
  }
  SharedMemory made({}, file);
  std::byte* const mapped =
      ftruncate(file, static_cast<off_t>(bytes)) == 0 ? map(file, bytes) : nullptr;
  if (mapped == nullptr) {
    return refused(fmt::format("{} bytes to share with other processes", bytes));
  }
  made.bytes_ = {mapped, bytes};
  return made;
}

Result<SharedMemory> SharedMemory::open(const SharedAddress& address) {
  const std::string path = fmt::format("/proc/{}/fd/{}", address.process, address.file);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) {
    return refused(fmt::format("the memory of process {} of this host", address.process));
  }
  std::byte* const mapped = map(file, address.bytes);
  const int error = errno;
  close(file);
  errno = error;
  if (mapped == nullptr) {
    return refused(fmt::format("the memory of process {} of this host", address.process));
  }
  return SharedMemory({mapped, address.bytes}, -1);
}

SharedAddress SharedMemory::address() const {
  MURMUR_CHECK(file_ >= 0, "the address of memory that was not made here");
  return {.process = getpid(), .file = file_, .bytes = bytes_.size()};
}

std::string host_identity() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::getline(file, boot);
  const std::string processes = target_of("/proc/self/ns/pid");
  const std::string network = target_of("/proc/self/ns/net");
  if (boot.empty() || processes.empty() || network.empty()) {
    return {};
  }
  return fmt::format("{} {} {} user {}", boot, processes, network, geteuid());
}

}  // namespace murmur::comm
