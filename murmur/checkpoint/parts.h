// SPDX-License-Identifier: Apache-2.0
// What saving and restoring a checkpoint share: the names in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/core/field.h"
#include "murmur/core/layout.h"
#include "murmur/engine/engine.h"

namespace murmur::checkpoint {

inline constexpr const char* kExtrasName = "extras.safetensors";
// Names in the extras file.
inline constexpr const char* kPushWeightsName = "engine/push_weights";
inline constexpr const char* kBatchesName = "engine/batches";
inline constexpr const char* kAgesName = "engine/ages";
inline constexpr const char* kNumbersPrefix = "numbers/";
inline constexpr const char* kPerWorkerPrefix = "per_worker/";

template <class S>
constexpr const char* precision_name() {
  return sizeof(S) == sizeof(float) ? "single" : "double";
}

inline bool is_saved(const Field& field) {
  return field.kind != FieldKind::kScratch;
}

inline std::string tensor_name(const Field& field, const TensorSlot& slot) {
  return std::string(field.name) + "/" + slot.name;
}

// The tensor's shape in a file that holds this number of workers.
inline std::vector<std::int64_t> tensor_shape(const Field& field,
                                              const TensorSlot& slot,
                                              int workers) {
  std::vector<std::int64_t> shape = slot.shape;
  if (!field.shared) {
    shape.insert(shape.begin(), workers);
  }
  return shape;
}

}  // namespace murmur::checkpoint
