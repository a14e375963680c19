// SPDX-License-Identifier: Apache-2.0
// A thing by its name, with its options.
#pragma once

#include <string>

#include "murmur/core/options.h"

namespace murmur::run {

// One entry of a table of `murmur list`, with the values of all its options.
struct Choice {
  std::string name;
  OptionValues options;
  std::string place;  // "file:line:column" of its table, for messages
};

}  // namespace murmur::run
