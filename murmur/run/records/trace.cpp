// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/trace.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace murmur::run {

Result<std::unique_ptr<TraceFile>> TraceFile::create(const std::filesystem::path& file,
                                                     int process) {
  std::FILE* const opened = std::fopen(file.c_str(), "wb");
  if (opened == nullptr) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", file.string(), std::strerror(errno))};
  }
  auto trace = std::make_unique<TraceFile>(file.string(), process, opened);
  std::fputs("[", opened);
  const Lock lock(trace->mutex_);
  trace->write(
      fmt::format("{{\"name\": \"process_name\", \"ph\": \"M\", \"pid\": {}, \"tid\": 0, "
                  "\"args\": {{\"name\": \"process {}\"}}}}",
                  process,
                  process));
  return trace;
}

void TraceFile::write(const std::string& event) {
  std::fputs(first_ ? "\n" : ",\n", file_.get());
  std::fputs(event.c_str(), file_.get());
  first_ = false;
}

void TraceFile::span(
    std::string_view name, int worker, double begin_s, double end_s, std::int64_t step) {
  const std::string text = fmt::format(
      "{{\"name\": \"{}\", \"ph\": \"X\", \"pid\": {}, \"tid\": {}, \"ts\": {:.1f}, "
      "\"dur\": {:.1f}, \"args\": {{\"step\": {}}}}}",
      name,
      process_,
      worker + 1,
      1e6 * begin_s,
      1e6 * (end_s - begin_s),
      step);
  const Lock lock(mutex_);
  write(text);
}

// Every event is on a line of its own, with a comma after all but the last.
Status TraceFile::join(const std::filesystem::path& part) {
  const Lock lock(mutex_);
  std::ifstream stream(part);
  if (!stream) {
    return Failure{FailureKind::kIo, fmt::format("{} cannot be read", part.string())};
  }
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.front() != '{') {
      continue;
    }
    if (line.back() == ',') {
      line.pop_back();
    }
    write(line);
  }
  stream.close();
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  return Ok{};
}

Status TraceFile::close() {
  const Lock lock(mutex_);
  std::fputs("\n]\n", file_.get());
  const bool lost = std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0;
  file_.reset();
  if (lost) {
    return Failure{FailureKind::kIo, fmt::format("{} could not be written", name_)};
  }
  return Ok{};
}

}  // namespace murmur::run
