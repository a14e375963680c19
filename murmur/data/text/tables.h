// SPDX-License-Identifier: Apache-2.0
// Tables of texts.
//
//   csv     RFC 4180: fields separated by commas, in quotes where they hold commas, line breaks or
//           quotes, which are then doubled
//   tsv     fields separated by tabs; there are no quotes
//   jsonl   an object per line; its numbers and truth values are read as they are written
//
// Without a header the columns of csv and tsv are called 0, 1, ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/text/streams.h"

namespace murmur::data {

enum class TableFormat { kCsv, kTsv, kJsonl };

// By the ending of a file's name, before .gz or .xz; none: it is no table.
std::optional<TableFormat> table_format(const std::filesystem::path& path);

struct TableRequest {
  TableFormat format = TableFormat::kCsv;
  bool header = true;
  std::vector<std::string> columns;  // those that are read
};

struct TableRow {
  std::int64_t line = 0;            // where it begins, from 1
  std::vector<std::string> fields;  // of the requested columns, in their order
};

// kDamaged: a line is no valid UTF-8, has another number of fields than the first one, or is no
// such object; the message names file and line. kInvalid: there is no such column; it names those
// that there are.
Result<std::vector<TableRow>> read_table(const NamedText& table, const TableRequest& request);

}  // namespace murmur::data
