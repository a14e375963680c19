// SPDX-License-Identifier: Apache-2.0
// The rows of the workers that live here, by field; a field that is kept once has one row whatever
// the worker, a scratch that no stage touches has none.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/core/arena.h"
#include "murmur/core/program.h"

namespace murmur::engine {

// Rows per field. A scratch that no stage touches has none, a field kept once has one.
template <class S>
std::vector<std::size_t> row_counts(const Program<S>& program, int workers) {
  FieldSet touched =
      field_bit(0);  // x is always there; a gradient is taken at fields that are written
  for (const Stage<S>& stage : program.round) {
    touched |= stage.touched();
  }
  std::vector<std::size_t> counts;
  for (std::size_t f = 0; f < program.fields.size(); ++f) {
    const Field& field = program.fields[f];
    const bool idle = field.kind == FieldKind::kScratch && (touched & field_bit(f)) == 0;
    counts.push_back(idle ? 0 : (field.shared ? 1 : static_cast<std::size_t>(workers)));
  }
  return counts;
}

// Coordinates of a row, by layout.
using RowSizes = std::array<std::size_t, kFieldLayouts>;

inline std::vector<std::size_t> row_sizes(const std::vector<Field>& fields, const RowSizes& sizes) {
  std::vector<std::size_t> all;
  for (const Field& field : fields) {
    all.push_back(sizes[static_cast<std::size_t>(field.layout)]);
  }
  return all;
}

template <class S>
class Rows {
 public:
  Rows(const Program<S>& program, comm::WorkerRange local, const RowSizes& sizes)
      : fields_(program.fields),
        local_(local),
        arena_(row_counts(program, local.size()), row_sizes(program.fields, sizes)) {}

  // REQUIRES: the worker is local.
  S* row(std::size_t field, int worker) { return arena_.row(field, index(field, worker)); }
  const S* row(std::size_t field, int worker) const {
    return arena_.row(field, index(field, worker));
  }

  // Pointers to coordinate `begin` of a worker's rows, of the fields that a stage binds; null where
  // there is no row.
  void at(int worker, std::size_t begin, const std::vector<std::size_t>& binds, S** pointers) {
    for (std::size_t k = 0; k < binds.size(); ++k) {
      pointers[k] = arena_.rows(binds[k]) == 0 ? nullptr : row(binds[k], worker) + begin;
    }
  }

  comm::WorkerRange local() const { return local_; }
  // Of the model's; of a field.
  std::size_t row_size() const { return arena_.row_size(0); }
  std::size_t row_size(std::size_t field) const { return arena_.row_size(field); }
  std::span<S> whole_row(std::size_t field, int worker) {
    return {row(field, worker), row_size(field)};
  }
  std::size_t bytes() const { return arena_.bytes(); }
  std::shared_ptr<const void> memory() const { return arena_.memory(); }
  std::size_t fields() const { return fields_.size(); }
  bool shared(std::size_t field) const { return fields_[field].shared; }

 private:
  std::size_t index(std::size_t field, int worker) const {
    return fields_[field].shared ? 0 : static_cast<std::size_t>(worker - local_.begin);
  }

  std::vector<Field> fields_;
  comm::WorkerRange local_;
  Arena<S> arena_;
};

}  // namespace murmur::engine
