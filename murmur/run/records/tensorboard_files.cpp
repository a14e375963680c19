// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/tensorboard_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "murmur/run/records/tensorboard.h"

namespace murmur::run {
namespace {

constexpr std::string_view kPrefix = "events.out.tfevents.";
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kCrcBytes = 4;

std::uint64_t fixed(std::string_view bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// The step: field 2, right after the wall time, field 1, where all writers of events put it. 0 if
// it is not there.
std::int64_t step_of(std::string_view event) {
  constexpr std::size_t kKey = 9;  // after one byte of key and eight of wall time
  if (event.size() <= kKey || event[0] != '\x09' || event[kKey] != '\x10') {
    return 0;
  }
  std::uint64_t step = 0;
  unsigned shift = 0;
  for (std::size_t i = kKey + 1; i < event.size() && shift < 64; ++i, shift += 7) {
    const auto byte = static_cast<unsigned char>(event[i]);
    step |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) {
      break;
    }
  }
  return static_cast<std::int64_t>(step);
}

// The next record's payload; none at the end of the file or at an incomplete or damaged record.
std::optional<std::string> next_event(std::ifstream& stream, std::uintmax_t left) {
  std::string head(kLengthBytes + kCrcBytes, '\0');
  if (!stream.read(head.data(), static_cast<std::streamsize>(head.size()))) {
    return std::nullopt;
  }
  const std::uint64_t length = fixed(head, kLengthBytes);
  if (length > left) {
    return std::nullopt;
  }
  std::string payload(length, '\0');
  std::string crc(kCrcBytes, '\0');
  stream.read(payload.data(), static_cast<std::streamsize>(length));
  stream.read(crc.data(), static_cast<std::streamsize>(crc.size()));
  const std::string record = stream ? tensorboard_record(payload) : std::string();
  return record == head + payload + crc ? std::optional(std::move(payload)) : std::nullopt;
}

Status cut(const std::filesystem::path& file, std::int64_t next_step) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  std::uintmax_t kept = 0;
  while (const auto event = next_event(stream, size - kept)) {
    const bool is_version = kept == 0;
    if (!is_version && step_of(*event) >= next_step) {
      break;
    }
    kept += kLengthBytes + kCrcBytes + event->size() + kCrcBytes;
  }
  if (!error && kept < size) {
    std::filesystem::resize_file(file, kept, error);
  }
  if (error) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", file.string(), error.message())};
  }
  return Ok{};
}

}  // namespace

Result<std::optional<double>> cut_tensorboard_files(const std::filesystem::path& folder,
                                                    std::int64_t next_step) {
  std::optional<double> latest;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !entry.is_regular_file(error)) {
      continue;
    }
    double time = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), time);
    latest = std::max(latest.value_or(0), time);
    if (const Status done = cut(entry.path(), next_step); !done) {
      return done.failure();
    }
  }
  return latest;
}

}  // namespace murmur::run
