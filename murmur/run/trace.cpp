// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/trace.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace murmur::run {

Result<TraceFile> TraceFile::create(const std::filesystem::path& file) {
  TraceFile trace;
  trace.name_ = file.string();
  trace.file_.reset(std::fopen(file.c_str(), "wb"));
  if (trace.file_ == nullptr) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", trace.name_, std::strerror(errno))};
  }
  std::fputs("[", trace.file_.get());
  return trace;
}

void TraceFile::span(std::string_view name, double begin_s, double end_s, std::int64_t step) {
  const std::string text = fmt::format(
      "{}\n{{\"name\": \"{}\", \"ph\": \"X\", \"pid\": 0, \"tid\": 0, \"ts\": {:.1f}, "
      "\"dur\": {:.1f}, \"args\": {{\"step\": {}}}}}",
      first_ ? "" : ",",
      name,
      1e6 * begin_s,
      1e6 * (end_s - begin_s),
      step);
  std::fputs(text.c_str(), file_.get());
  first_ = false;
}

Status TraceFile::close() {
  std::fputs("\n]\n", file_.get());
  const bool lost = std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0;
  file_.reset();
  if (lost) {
    return Failure{FailureKind::kIo, fmt::format("{} could not be written", name_)};
  }
  return Ok{};
}

}  // namespace murmur::run
