// SPDX-License-Identifier: Apache-2.0
// The progress of a run as one line that is redrawn in place, on a terminal only.
#pragma once

#include <cstdio>
#include <string>

#include "murmur/run/train/train.h"

namespace murmur::run {

// "name: step 120/585  epoch 1.03/5  loss 0.531  accuracy 0.842  12 s, 47 s to go"
std::string progress_text(const std::string& name, const Progress& progress);

// "47 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

// Whether escape sequences may be written to a terminal: not if NO_COLOR is set, and not if TERM is
// "dumb".
bool takes_escapes();

class ProgressLine {
 public:
  // Draws nothing if `stream` is not a terminal or `quiet` is set. If the terminal takes no escape
  // sequences, the rest of the previous text is overwritten with blanks.
  ProgressLine(std::FILE* stream, std::string name, bool quiet);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void draw(const Progress& progress);  // at most ten times a second, and at the last step
  void clear();                         // call before anything else is written to `stream`

 private:
  std::FILE* stream_;
  std::string name_;
  bool draws_ = false;
  bool escapes_ = false;
  std::size_t width_ = 0;  // of the text drawn last
  double drawn_at_s_ = -1;
};

}  // namespace murmur::run
