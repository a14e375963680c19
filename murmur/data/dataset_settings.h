// SPDX-License-Identifier: Apache-2.0
// What a configuration says about the reading of a dataset.
#pragma once

#include <string>
#include <vector>

#include "murmur/core/options.h"

namespace murmur::data {

// Keys of [data] that belong to a dataset.
struct DatasetSettings {
  OptionValues options = {};
  // Parts with files of their own that are wanted for validation (data.validation).
  std::vector<std::string> validation = {};
  std::string by = {};  // the column by which examples are grouped (data.by); empty: they are not
};
// The texts of a list, DatasetInfo::lists: an option whose lines they are. Empty: it is not given.
std::vector<std::string> texts_of(const OptionValues& options, const std::string& list);

}  // namespace murmur::data
