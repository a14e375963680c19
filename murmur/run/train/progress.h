// SPDX-License-Identifier: Apache-2.0
// The progress of a run as one line that is drawn again and again, on a terminal only.
#pragma once

#include <cstdio>
#include <string>

#include "murmur/run/train/train.h"

namespace murmur::run {

// "name: step 120/585  epoch 1.03/5  loss 0.531  accuracy 0.842  12 s, 47 s to go"
std::string progress_text(const std::string& name, const Progress& progress);

// "47 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

// Whether a terminal may be given escape sequences: not with NO_COLOR, and not a TERM that is dumb.
bool takes_escapes();

class ProgressLine {
 public:
  // Draws nothing where `stream` is no terminal or the user asked for silence, blanks over what
  // stood there where the terminal takes no escape sequences.
  ProgressLine(std::FILE* stream, std::string name, bool quiet);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void draw(const Progress& progress);  // at most ten times a second
  void clear();                         // before anything else is written there

 private:
  std::FILE* stream_;
  std::string name_;
  bool draws_ = false;
  bool escapes_ = false;
  std::size_t width_ = 0;  // of what stands there
  double drawn_at_s_ = -1;
};

}  // namespace murmur::run
