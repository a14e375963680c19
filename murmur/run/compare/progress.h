// SPDX-License-Identifier: Apache-2.0
// The progress of a comparison: on a terminal one line that is redrawn in place, elsewhere (a log
// file) a plain line from time to time.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "murmur/run/compare/compare.h"

namespace murmur::run {

// "12/54 runs, 1 min 20 s to go: DSGD, alpha = 0.1, seed 2"
std::string progress_text(const CompareProgress& progress);

class CompareProgressLine {
 public:
  enum class Detail { kSilent, kSome, kEveryRun };

  CompareProgressLine(std::FILE* stream, Detail detail);
  ~CompareProgressLine() { clear(); }
  CompareProgressLine(const CompareProgressLine&) = delete;
  CompareProgressLine& operator=(const CompareProgressLine&) = delete;

  void show(const CompareProgress& progress);
  void clear();  // call before anything else is written to `stream`

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const std::string& text);

  std::FILE* stream_;
  Detail detail_;
  bool terminal_ = false;
  bool escapes_ = false;
  std::size_t width_ = 0;  // of the text drawn last
  Clock::time_point shown_at_;
};

}  // namespace murmur::run
