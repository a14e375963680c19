// SPDX-License-Identifier: Apache-2.0
// trace.json: what the run did when, in Chrome's trace format (a JSON array of complete events,
// times in microseconds); chrome://tracing and Perfetto open it, also after a run that was killed.
// Processes are the processes of the run, threads its workers; thread 0 is what is done for all.
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

// Threads: span() may be called from any.
class TraceFile {
 public:
  // Of one process of the run; each has a file of its own until they are joined.
  static Result<std::unique_ptr<TraceFile>> create(const std::filesystem::path& file, int process);
  // Of an opened file; create() makes it.
  TraceFile(std::string name, int process, std::FILE* file)
      : name_(std::move(name)), process_(process), file_(file) {}

  // Something that lasted from `begin_s` to `end_s`, on the run's clock. `step`: of the run;
  // `worker`: -1 for what is done for all of the process.
  void span(std::string_view name, int worker, double begin_s, double end_s, std::int64_t step);

  // What another process wrote and closed, which is removed.
  Status join(const std::filesystem::path& part);

  // Ends the array. A failure here is one of any span before.
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
