// SPDX-License-Identifier: Apache-2.0
// The folder of a run (run/records/run_folder.h), written as a simulation goes on.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/run/config/config.h"
#include "murmur/run/records/folder_lock.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/records/summary.h"

namespace murmur::library {

class Recorder {
 public:
  // The folder holds no run or, past step 0, this one, whose lines up to `step` are kept.
  // Throws UserError, as the members do, if that is not so or the folder cannot be written.
  Recorder(const std::string& folder, const run::Config& config, std::int64_t step);

  void append(run::MetricsLine line);
  // Completes the summary by the lines, and writes summary.json and report.html.
  void report(run::Summary summary);

 private:
  run::RunFolder folder_;
  run::FolderLock lock_;
  run::MetricsLog log_;
};

}  // namespace murmur::library
