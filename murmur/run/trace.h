// SPDX-License-Identifier: Apache-2.0
// trace.json: what the run did when, in Chrome's trace format (a JSON array of complete events,
// times in microseconds); chrome://tracing and Perfetto open it, also after a run that was killed.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "murmur/core/error.h"

namespace murmur::run {

class TraceFile {
 public:
  static Result<TraceFile> create(const std::filesystem::path& file);
  // Something that lasted from `begin_s` to `end_s`, on the run's clock. `step`: of the run.
  void span(std::string_view name, double begin_s, double end_s, std::int64_t step);

  // Ends the array. A failure here is one of any span before.
  Status close();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  bool first_ = true;
};

}  // namespace murmur::run
