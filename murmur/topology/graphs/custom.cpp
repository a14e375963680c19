// SPDX-License-Identifier: Apache-2.0
// User-defined weights: one n x n matrix, or a list of matrices applied cyclically. Row i holds the
// weights with which worker i receives. Rows sum to one or, for push-sum, columns do. A sum may be
// off by up to 1e-9, as with thirds written in decimals; the self-weight absorbs the difference.
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

constexpr double kTolerance = 1e-9;

double entry(const Table& table, int row, int column) {
  return table[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
}

std::optional<Failure> why_not_square(const Table& table, int workers, const std::string& name) {
  if (table.size() != static_cast<std::size_t>(workers)) {
    return invalid(
        fmt::format("{} has {} rows, but there are {} workers; it needs {} rows of {} "
                    "numbers, row i for what worker i receives",
                    name,
                    table.size(),
                    workers,
                    workers,
                    workers));
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].size() != table.size()) {
      return invalid(fmt::format("row {} of {} has {} numbers; {} workers need {}",
                                 i,
                                 name,
                                 table[i].size(),
                                 workers,
                                 workers));
    }
    for (std::size_t j = 0; j < table.size(); ++j) {
      if (!std::isfinite(table[i][j])) {
        return invalid(
            fmt::format("{}[{}][{}] is {}; weights are finite numbers", name, i, j, table[i][j]));
      }
    }
  }
  return std::nullopt;
}

// Sum of a row or column without the self-weight, in ascending order of workers.
double sum_of_others(const Table& table, int worker, bool rows) {
  double sum = 0;
  for (int other = 0; other < static_cast<int>(table.size()); ++other) {
    if (other != worker) {
      sum += rows ? entry(table, worker, other) : entry(table, other, worker);
    }
  }
  return sum;
}

struct Defect {
  int worker = 0;
  double sum = 0;
};

// The first row or column that does not sum to one.
std::optional<Defect> defect_of(const Table& table, bool rows) {
  for (int i = 0; i < static_cast<int>(table.size()); ++i) {
    const double sum = sum_of_others(table, i, rows) + entry(table, i, i);
    if (!(std::abs(sum - 1) <= kTolerance)) {
      return Defect{i, sum};
    }
  }
  return std::nullopt;
}

MixingMatrix matrix_of(const Table& table, bool rows) {
  MixingMatrix matrix(static_cast<int>(table.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    std::vector<Neighbor> row;
    for (int j = 0; j < matrix.workers(); ++j) {
      if (j != i) {
        row.push_back({j, entry(table, i, j)});
      }
    }
    matrix.set_in(i, std::move(row));
    matrix.set_self(i, 1 - sum_of_others(table, i, rows));
  }
  return matrix;
}

std::string name_of_matrix(std::size_t place, std::size_t count) {
  return count == 1 ? "weights" : fmt::format("weights[{}]", place);
}

// None if the rows (columns) of all matrices sum to one; otherwise a description of the first that
// does not.
std::optional<std::string> why_not(const Tables& tables, bool rows) {
  for (std::size_t k = 0; k < tables.size(); ++k) {
    if (const auto defect = defect_of(tables[k], rows)) {
      return fmt::format("{} {} of {} sums to {:.10g}",
                         rows ? "row" : "column",
                         defect->worker,
                         name_of_matrix(k, tables.size()),
                         defect->sum);
    }
  }
  return std::nullopt;
}

TopologyResult make_custom(const Request& request) {
  const Tables& tables = request.options.tables("weights");
  if (tables.empty()) {
    return invalid("weights is empty; it needs one n x n matrix, or a list of them");
  }
  for (std::size_t k = 0; k < tables.size(); ++k) {
    const std::string name = name_of_matrix(k, tables.size());
    if (auto failure = why_not_square(tables[k], request.workers, name)) {
      return *std::move(failure);
    }
  }
  const auto bad_rows = why_not(tables, true);
  const auto bad_columns = why_not(tables, false);
  if (bad_rows && bad_columns) {
    return invalid(
        fmt::format("{}, not to 1: every worker's weights must sum to one (row i is what worker i "
                    "receives). For push-sum the columns must, but {}",
                    *bad_rows,
                    *bad_columns));
  }
  std::vector<MixingMatrix> matrices;
  for (const Table& table : tables) {
    const MixingMatrix matrix = matrix_of(table, !bad_rows);
    matrices.push_back(request.options.flag("lazy") ? lazy(matrix) : matrix);
  }
  return periodic(std::move(matrices));
}

}  // namespace

Registration custom() {
  const OptionInfo weights{.name = "weights",
                           .help =
                               "an n x n matrix, or a list of them used in turn; row i is what "
                               "worker i receives",
                           .fallback = Tables{},
                           .required = true};
  return {.info = {.name = "custom",
                   .summary = "your own weights",
                   .directed = true,
                   .varies = true,
                   .typical_workers = 0,
                   .options = {weights, lazy_option()}},
          .make = make_custom};
}

}  // namespace murmur::topology
