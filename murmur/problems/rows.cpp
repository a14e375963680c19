// SPDX-License-Identifier: Apache-2.0
#include "murmur/problems/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace murmur::problems {
namespace {

Failure invalid(std::string message) {
  return {FailureKind::kInvalid, std::move(message)};
}

Status check_shape(const std::string& name, const Table& table, int workers) {
  if (table.size() != 1 && table.size() != static_cast<std::size_t>(workers)) {
    return invalid(
        fmt::format("'{}' has {} rows; allowed is one row for all workers, or {}: one per worker",
                    name,
                    table.size(),
                    workers));
  }
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (table[row].empty()) {
      return invalid(
          fmt::format("row {} of '{}' is empty; it needs a number per coordinate", row, name));
    }
    if (table[row].size() != table[0].size()) {
      return invalid(
          fmt::format("row {} of '{}' has {} numbers and row 0 has {}; all rows must "
                      "have a number per coordinate",
                      row,
                      name,
                      table[row].size(),
                      table[0].size()));
    }
  }
  return Ok{};
}

}  // namespace

template <class S>
Result<Rows<S>> Rows<S>::from(const std::string& name, const Table& table, int workers) {
  if (Status fits = check_shape(name, table, workers); !fits) {
    return fits.failure();
  }
  Rows rows;
  rows.count_ = table.size();
  rows.dimension_ = table[0].size();
  rows.values_.reserve(rows.count_ * rows.dimension_);
  for (const std::vector<double>& row : table) {
    for (const double number : row) {
      const S value = static_cast<S>(number);
      if (!std::isfinite(value)) {
        return invalid(
            fmt::format("'{}' holds {}; allowed is a number that is finite in {} "
                        "precision",
                        name,
                        number,
                        sizeof(S) == sizeof(float) ? "single" : "double"));
      }
      rows.values_.push_back(value);
    }
  }
  return rows;
}

template <class S>
bool Rows<S>::differ() const {
  for (std::size_t row = 1; row < count_; ++row) {
    const auto at = values_.begin() + static_cast<std::ptrdiff_t>(row * dimension_);
    if (!std::equal(
            values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(dimension_), at)) {
      return true;
    }
  }
  return false;
}

Failure wrong_length(const std::string& name,
                     std::size_t given,
                     const std::string& reference,
                     std::size_t allowed) {
  return invalid(fmt::format("rows of '{}' have {} coordinates and {} has {}; they must be equal",
                             name,
                             given,
                             reference,
                             allowed));
}

Failure wrong_shape(const std::vector<std::int64_t>& shape, std::size_t coordinates) {
  return invalid(
      fmt::format("'shape' = [{}] does not hold the {} coordinates; the product of its "
                  "numbers must be {}",
                  fmt::join(shape, ", "),
                  coordinates,
                  coordinates));
}

template class Rows<float>;
template class Rows<double>;

}  // namespace murmur::problems
