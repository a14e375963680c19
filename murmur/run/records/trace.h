// SPDX-License-Identifier: Apache-2.0
// trace.json: the timeline of a run in Chrome's trace format (a JSON array of complete events,
// times in microseconds). chrome://tracing and Perfetto open it, even if the run was killed.
// Processes are the processes of the run and threads its workers; thread 0 is the work done for all
// of them.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"

namespace murmur::run {

// Threads: span() may be called from any thread.
class TraceFile {
 public:
  // The trace of one process of the run. Each process has its own file until they are joined.
  static Result<std::unique_ptr<TraceFile>> create(const std::filesystem::path& file, int process);
  // Writes to an open file; use create().
  TraceFile(std::string name, int process, std::FILE* file)
      : name_(std::move(name)), process_(process), file_(file) {}

  // Records a span from `begin_s` to `end_s` on the run's clock. `step`: of the run. `worker`: -1
  // for work done for all of the process.
  void span(std::string_view name, int worker, double begin_s, double end_s, std::int64_t step);

  // Appends the events of a file that another process wrote and closed, and removes the file.
  Status join(const std::filesystem::path& part);

  // Ends the array and closes the file. A failure here may be one of any earlier span.
  Status close();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write(const std::string& event) MURMUR_REQUIRES(mutex_);

  std::string name_;
  int process_;
  Mutex mutex_;
  std::unique_ptr<std::FILE, Close> file_ MURMUR_GUARDED_BY(mutex_);
  bool first_ MURMUR_GUARDED_BY(mutex_) = true;
};

}  // namespace murmur::run
