// SPDX-License-Identifier: Apache-2.0
// TensorBoard event files, written without the protobuf library. A file is a sequence of records
//
//   u64 length | u32 masked CRC-32C of the length | payload | u32 masked CRC-32C of the payload
//
// all little-endian, mask(c) = ((c >> 15) | (c << 17)) + 0xa282ead8. A payload is an Event:
//
//   1: wall_time (double)   2: step (varint)   3: file_version, "brain.Event:2" in the first one
//   5: summary { 1: value { 1: tag   2: simple_value (float) } ... }
//   7: session_log { 1: status, 1 for START }: a reader discards the events before it that have
//   this step or a later one
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "murmur/core/error.h"
#include "murmur/run/records/metrics.h"

namespace murmur::run {

std::uint32_t crc32c(std::string_view bytes);

// A payload as one record.
std::string tensorboard_record(std::string_view payload);

class TensorboardFile {
 public:
  // Creates events.out.tfevents.TIME.HOST.PID in the folder. `now_s`: seconds since 1970.
  static Result<TensorboardFile> create(const std::filesystem::path& folder, double now_s);

  // The same for a run that continues in a folder with older files. Their events of `next_step` and
  // later are removed; the new file, whose name sorts after theirs, begins with a START of that
  // step.
  static Result<TensorboardFile> follow(const std::filesystem::path& folder,
                                        double now_s,
                                        std::int64_t next_step);

  Status append(const MetricsLine& line, double now_s);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Status start_session(double now_s, std::int64_t step);
  Status write(const std::string& payload);

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace murmur::run
