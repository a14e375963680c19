// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/tables.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

Failure damaged(const NamedText& table, std::int64_t line, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("{}, line {}: {}", table.name, line, what)};
}

// Reads the records of a csv or tsv one after the other.
class Records {
 public:
  Records(const NamedText& table, char separator, bool quotes)
      : table_(table), rest_(table.text), separator_(separator), quotes_(quotes) {}

  bool done() const { return rest_.empty(); }
  std::int64_t line() const { return line_; }  // of the next record

  Result<std::vector<std::string>> next() {
    const std::int64_t begin = line_;
    std::vector<std::string> fields(1);
    bool quoted = false;
    while (!rest_.empty()) {
      const char c = take();
      if (quoted) {
        quoted = inside(c, fields.back());
      } else if (quotes_ && c == '"' && fields.back().empty()) {
        quoted = true;
      } else if (c == separator_) {
        fields.emplace_back();
      } else if (c == '\n' || (c == '\r' && rest_.starts_with('\n'))) {
        if (c == '\r') {
          take();
        }
        return fields;
      } else {
        fields.back() += c;
      }
    }
    if (quoted) {
      return damaged(table_, begin, "a quote is not closed");
    }
    return fields;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    line_ += c == '\n' ? 1 : 0;
    return c;
  }

  // A character in quotes; whether the next one is, too.
  bool inside(char c, std::string& field) {
    if (c != '"') {
      field += c;
      return true;
    }
    if (rest_.starts_with('"')) {
      field += take();
      return true;
    }
    return false;
  }

  const NamedText& table_;
  std::string_view rest_;
  char separator_;
  bool quotes_;
  std::int64_t line_ = 1;
};

Failure no_column(const NamedText& table,
                  const std::string& wanted,
                  const std::vector<std::string>& columns) {
  return {FailureKind::kInvalid,
          fmt::format("{} has no column '{}'; its columns are {}",
                      table.name,
                      wanted,
                      fmt::join(columns, ", "))};
}

Result<std::vector<std::size_t>> places_of(const NamedText& table,
                                           const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& columns) {
  std::vector<std::size_t> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
      return no_column(table, name, columns);
    }
    places.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  return places;
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(std::to_string(i));
  }
  return names;
}

Result<std::vector<TableRow>> read_separated(const NamedText& table, const TableRequest& request) {
  const bool is_csv = request.format == TableFormat::kCsv;
  Records records(table, is_csv ? ',' : '\t', is_csv);
  std::vector<TableRow> rows;
  std::size_t count = 0;
  std::vector<std::size_t> places;
  while (!records.done()) {
    const std::int64_t line = records.line();
    Result<std::vector<std::string>> record = records.next();
    if (!record) {
      return record.failure();
    }
    std::vector<std::string>& fields = record.value();
    const bool is_first = count == 0;
    if (is_first) {
      count = fields.size();
      auto found = places_of(table, request.columns, request.header ? fields : numbered(count));
      if (!found) {
        return found.failure();
      }
      places = std::move(found).value();
    }
    if (fields.size() == 1 && fields[0].empty() && count > 1) {
      continue;  // an empty line
    }
    if (fields.size() != count) {
      return damaged(
          table, line, fmt::format("it has {} fields, the first line {}", fields.size(), count));
    }
    if (is_first && request.header) {
      continue;
    }
    TableRow row{.line = line, .fields = {}};
    for (const std::size_t place : places) {
      row.fields.push_back(fields[place]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> keys_of(const nlohmann::json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
  }
  return keys;
}

Result<std::vector<TableRow>> read_objects(const NamedText& table, const TableRequest& request) {
  std::vector<TableRow> rows;
  std::int64_t line = 0;
  for (const std::string_view text : split_lines(table.text)) {
    ++line;
    if (text.find_first_not_of(" \t") == std::string_view::npos) {
      continue;
    }
    const auto object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object()) {
      return damaged(table, line, "it is no JSON object");
    }
    TableRow row{.line = line, .fields = {}};
    for (const std::string& column : request.columns) {
      const auto found = object.find(column);
      if (found == object.end() && rows.empty()) {
        return no_column(table, column, keys_of(object));
      }
      if (found == object.end() || found->is_structured() || found->is_null()) {
        return damaged(table, line, fmt::format("it has no text or number '{}'", column));
      }
      row.fields.push_back(text_of(*found));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::optional<TableFormat> table_format(const std::filesystem::path& path) {
  std::filesystem::path name = path.filename();
  if (name.extension() == ".gz" || name.extension() == ".xz") {
    name.replace_extension();
  }
  const std::string ending = name.extension().string();
  return ending == ".csv"     ? std::optional(TableFormat::kCsv)
         : ending == ".tsv"   ? std::optional(TableFormat::kTsv)
         : ending == ".jsonl" ? std::optional(TableFormat::kJsonl)
                              : std::nullopt;
}

Result<std::vector<TableRow>> read_table(const NamedText& table, const TableRequest& request) {
  if (const Status valid = require_utf8(table.text, table.name); !valid) {
    return valid.failure();
  }
  return request.format == TableFormat::kJsonl ? read_objects(table, request)
                                               : read_separated(table, request);
}

}  // namespace murmur::data
