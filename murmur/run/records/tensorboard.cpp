// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/tensorboard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "murmur/run/records/tensorboard_files.h"
#include "murmur/run/text/host_name.h"

namespace murmur::run {
namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);  // Castagnoli, reflected
    }
    table[i] = value;
  }
  return table;
}

std::uint32_t mask(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xa282ead8U;
}

void append_fixed(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>((value >> (8 * static_cast<unsigned>(i))) & 0xffU));
  }
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80U) {
    out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

// Wire types of protobuf.
enum Wire : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_key(std::string& out, std::uint64_t field, Wire wire) {
  append_varint(out, (field << 3U) | wire);
}

void append_bytes(std::string& out, std::uint64_t field, std::string_view bytes) {
  append_key(out, field, kBytes);
  append_varint(out, bytes.size());
  out += bytes;
}

std::string event_head(double now_s) {
  std::string event;
  append_key(event, 1, kFixed64);
  append_fixed(event, std::bit_cast<std::uint64_t>(now_s), 8);
  return event;
}

std::string value_of(const std::string& tag, double value) {
  std::string bytes;
  append_bytes(bytes, 1, tag);
  append_key(bytes, 2, kFixed32);
  append_fixed(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  return bytes;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) {
    crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  }
  return crc ^ 0xffffffffU;
}

std::string tensorboard_record(std::string_view payload) {
  std::string record;
  append_fixed(record, payload.size(), 8);
  append_fixed(record, mask(crc32c(record)), 4);
  record += payload;
  append_fixed(record, mask(crc32c(payload)), 4);
  return record;
}

Result<TensorboardFile> TensorboardFile::create(const std::filesystem::path& folder, double now_s) {
  TensorboardFile file;
  const auto path =
      folder / fmt::format("events.out.tfevents.{:.0f}.{}.{}", now_s, host_name(), getpid());
  file.name_ = path.string();
  file.file_.reset(std::fopen(path.c_str(), "wb"));
  if (file.file_ == nullptr) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", file.name_, std::strerror(errno))};
  }
  std::string event = event_head(now_s);
  append_bytes(event, 3, "brain.Event:2");
  if (const Status written = file.write(event); !written) {
    return written.failure();
  }
  return file;
}

Result<TensorboardFile> TensorboardFile::follow(const std::filesystem::path& folder,
                                                double now_s,
                                                std::int64_t next_step) {
  const auto latest = cut_tensorboard_files(folder, next_step);
  if (!latest) {
    return latest.failure();
  }
  if (!latest.value()) {
    return create(folder, now_s);
  }
  Result<TensorboardFile> file = create(folder, std::max(now_s, *latest.value() + 1));
  if (!file) {
    return file;
  }
  const Status started = file.value().start_session(now_s, next_step);
  return started ? std::move(file) : started.failure();
}

Status TensorboardFile::start_session(double now_s, std::int64_t step) {
  constexpr std::uint64_t kStart = 1;
  std::string session;
  append_key(session, 1, kVarint);
  append_varint(session, kStart);
  std::string event = event_head(now_s);
  append_key(event, 2, kVarint);
  append_varint(event, static_cast<std::uint64_t>(step));
  append_bytes(event, 7, session);
  return write(event);
}

Status TensorboardFile::append(const MetricsLine& line, double now_s) {
  std::string summary;
  for (const auto& [name, value] : line.values) {
    append_bytes(summary, 1, value_of(name, value));
  }
  std::string event = event_head(now_s);
  append_key(event, 2, kVarint);
  append_varint(event, static_cast<std::uint64_t>(line.step));
  append_bytes(event, 5, summary);
  return write(event);
}

Status TensorboardFile::write(const std::string& payload) {
  const std::string record = tensorboard_record(payload);
  const bool written = std::fwrite(record.data(), 1, record.size(), file_.get()) == record.size() &&
                       std::fflush(file_.get()) == 0;
  if (!written) {
    return Failure{FailureKind::kIo,
                   fmt::format("{} cannot be written: {}", name_, std::strerror(errno))};
  }
  return Ok{};
}

}  // namespace murmur::run
