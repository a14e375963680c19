// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "murmur/core/check.h"

namespace murmur::files {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr mode_t kMode = 0666;  // before the umask is applied
constexpr int kMostTries = 100;

// The process id and the counter make the names of concurrent writers distinct. A name left over
// from a killed process is skipped.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<std::uint64_t> counter{0};
  return path.parent_path() /
         fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), counter.fetch_add(1));
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, Descriptor file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
  struct stat about {};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (exists && S_ISDIR(about.st_mode)) {
    return system_failure("write", path, EISDIR);
  }
  if (exists && !S_ISREG(about.st_mode)) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) {
      return system_failure("write", path, errno);
    }
    return AtomicFile(path, {}, std::move(file));
  }
  for (int attempt = 1;; ++attempt) {
    std::filesystem::path temporary = temporary_name(path);
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (file.is_open()) {
      return AtomicFile(path, std::move(temporary), std::move(file));
    }
    if (errno != EEXIST || attempt == kMostTries) {
      return system_failure("write", path, errno);
    }
  }
}

AtomicFile::~AtomicFile() {
  if (file_.is_open() && !temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
}

Failure AtomicFile::failed(int error) {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
  file_.close();
  return system_failure("write", path_, error);
}

Status AtomicFile::flush() {
  if (const int error = write_all(file_, buffer_); error != 0) {
    return failed(error);
  }
  buffer_.clear();
  return Ok{};
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  MURMUR_CHECK(file_.is_open(), "{} is written after a failure or a commit", path_.string());
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    if (Status status = flush(); !status) {
      return status;
    }
  }
  if (bytes.size() >= kBufferBytes) {
    if (const int error = write_all(file_, bytes); error != 0) {
      return failed(error);
    }
    return Ok{};
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return Ok{};
}

Status AtomicFile::write(std::string_view text) {
  return write(std::as_bytes(std::span(text.data(), text.size())));
}

Status AtomicFile::commit() {
  MURMUR_CHECK(file_.is_open(), "{} is committed after a failure or a commit", path_.string());
  if (Status status = flush(); !status) {
    return status;
  }
  if (temporary_.empty()) {
    const int error = file_.close();
    return error == 0 ? Status(Ok{}) : Status(failed(error));
  }
  if (::fsync(file_.number()) != 0) {
    return failed(errno);
  }
  if (const int error = file_.close(); error != 0) {
    return failed(error);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return failed(errno);
  }
  return sync_folder(path_.parent_path());
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file) {
    return file.failure();
  }
  if (Status status = file.value().write(text); !status) {
    return status;
  }
  return file.value().commit();
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes) {
  Result<Descriptor> file = open_to_read(path);
  if (!file) {
    return file.failure();
  }
  std::string text;
  std::vector<std::byte> chunk(kBufferBytes);
  while (true) {
    const Result<std::size_t> count = read_at(file.value(), path, text.size(), chunk);
    if (!count) {
      return count.failure();
    }
    text.append(reinterpret_cast<const char*>(chunk.data()), count.value());
    if (text.size() > most_bytes) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{} has more than {} bytes", path.string(), most_bytes)};
    }
    if (count.value() < chunk.size()) {
      return text;
    }
  }
}

}  // namespace murmur::files
