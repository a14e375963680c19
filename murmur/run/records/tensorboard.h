// SPDX-License-Identifier: Apache-2.0
// TensorBoard events, without protobuf. A file is a sequence of records
//
//   u64 length | u32 masked CRC-32C of the length | payload | u32 masked CRC-32C of the payload
//
// all little-endian, mask(c) = ((c >> 15) | (c << 17)) + 0xa282ead8. A payload is an Event:
//
//   1: wall_time (double)   2: step (varint)   3: file_version, "brain.Event:2" in the first one
//   5: summary { 1: value { 1: tag   2: simple_value (float) } ... }
//   7: session_log { 1: status, 1 for START }: a reader forgets all events of this step or a later
//   one
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

// One record around a payload.
std::string tensorboard_record(std::string_view payload);

class TensorboardFile {
 public:
  // Makes events.out.tfevents.TIME.HOST in the folder. `now_s`: seconds since 1970.
  static Result<TensorboardFile> create(const std::filesystem::path& folder, double now_s);

  // The same of a run that goes on in a folder with older files: what they hold of `next_step` and
  // later is removed, and the new file, whose name sorts behind theirs, begins with a START there.
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
