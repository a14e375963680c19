// SPDX-License-Identifier: Apache-2.0
// Who belongs together: groupings of examples, and files that say which worker has which example.
//
// A grouping NAME is a column "by/NAME" of I32: a number per example, equal within a group. It is
// no input of a model.
//
// A file of workers has a line per training example: the number of its worker, or "-" for none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/column.h"

namespace murmur::data {

inline constexpr std::string_view kGroupingPrefix = "by/";

inline bool is_grouping(const Column& column) {
  return column.name.starts_with(kGroupingPrefix);
}

// Numbers names in the order in which they come.
class GroupNumbers {
 public:
  std::int32_t of(const std::string& name) {
    return numbers_.emplace(name, static_cast<std::int32_t>(numbers_.size())).first->second;
  }

 private:
  std::map<std::string, std::int32_t> numbers_;
};

Column grouping_column(const std::string& name, const std::vector<std::int32_t>& groups);

// The group of every example; kInvalid: there is no such grouping (names those that there are).
Result<std::vector<std::int32_t>> groups_of(const Examples& examples, const std::string& name);

// The worker of each of `count` examples, or -1. kMissing, kIo; kDamaged: another number of lines,
// or a line that is neither a worker below `workers` nor "-" (names it).
Result<std::vector<std::int32_t>> read_workers(const std::filesystem::path& file,
                                               std::int64_t count,
                                               int workers);

}  // namespace murmur::data
