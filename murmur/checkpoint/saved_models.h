// SPDX-License-Identifier: Apache-2.0
// The models in a checkpoint, read without an engine: rows of parameters and of buffers, in the
// layouts that their names and shapes make. Whatever the algorithm, "x" is the model that a worker
// evaluates, also under push-sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/core/layout.h"

namespace murmur::checkpoint {

// Rows of a field of all workers.
template <class S>
struct SavedRows {
  Layout layout;
  Arena<S> rows;  // one per worker, or a single one for all

  bool empty() const { return layout.tensors().empty(); }
  const S* of(int worker) const;  // null: the field is empty
  // The exact average over workers, as an engine computes it.
  std::vector<S> average() const;
};

template <class S>
struct SavedModels {
  std::int64_t step = 0;
  int workers = 0;
  SavedRows<S> models;
  SavedRows<S> buffers;  // empty: the models have none
};

// The newest complete checkpoint of DIR. kMissing: there is none; kDamaged: none is complete.
Result<std::int64_t> newest_step(const std::filesystem::path& folder);

// `one_model`: whether the algorithm keeps one model for all workers. kMissing: there is no
// checkpoint of that step; kDamaged; kMismatch: it has another precision, or it is not of such an
// algorithm; kIo.
template <class S>
Result<SavedModels<S>> read_models(const std::filesystem::path& folder,
                                   std::int64_t step,
                                   bool one_model);

extern template struct SavedRows<float>;
extern template struct SavedRows<double>;
extern template Result<SavedModels<float>> read_models(const std::filesystem::path&,
                                                       std::int64_t,
                                                       bool);
extern template Result<SavedModels<double>> read_models(const std::filesystem::path&,
                                                        std::int64_t,
                                                        bool);

}  // namespace murmur::checkpoint
