// SPDX-License-Identifier: Apache-2.0
// Running statistics taken anew, as torch.optim.swa_utils.update_bn takes them: the plain mean of
// the statistics of the batches of the first training examples in file order, 128 at a time,
// without augmentation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/learning/supervised.h"

namespace murmur::learning {

inline constexpr std::int64_t kStatisticsBatch = 128;

// Not thread-safe.
template <class S>
class Statistics {
 public:
  Statistics() = default;
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;
  virtual ~Statistics() = default;

  // Writes the statistics of a model into a row of buffers.
  virtual void recompute(const S* x, std::span<S> buffers) = 0;
};

// Over `examples` training examples, or all if there are fewer. REQUIRES: the network has buffers,
// and torch is loaded (make_supervised() of the same settings has succeeded).
template <class S>
std::unique_ptr<Statistics<S>> make_statistics(const SupervisedSettings& settings,
                                               std::int64_t examples);

extern template std::unique_ptr<Statistics<float>> make_statistics(const SupervisedSettings&,
                                                                   std::int64_t);
extern template std::unique_ptr<Statistics<double>> make_statistics(const SupervisedSettings&,
                                                                    std::int64_t);

}  // namespace murmur::learning
