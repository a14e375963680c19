// SPDX-License-Identifier: Apache-2.0
// A source gives examples by their indices as the columns of a batch. Images of bytes become
// (pixel / 255 - mean) / deviation, channel by channel; they are converted batch by batch, which
// moves less memory than keeping them as floats. Other numbers are taken as they are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "murmur/core/random.h"
#include "murmur/data/batch.h"
#include "murmur/data/dataset.h"
#include "murmur/data/transforms/transform.h"

namespace murmur::data {

// Thread-safe.
template <class S>
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  virtual std::int64_t count() const = 0;

  // Fills `batch` with the examples `which`, in that order. `draws`: the random numbers of the
  // batch's transforms; null: the examples as they are. REQUIRES: the indices are below count().
  virtual void gather(std::span<const std::int32_t> which,
                      const Random* draws,
                      Batch<S>& batch) const = 0;

  // Whether expect() has an effect.
  virtual bool reads_ahead() const { return false; }
  // gather() will probably be called with these arguments: its work may begin in the background.
  virtual void expect(std::span<const std::int32_t> /*which*/, const Random& /*draws*/) const {}
};

// The examples of a dataset. `threads`: that read files of images in the background; 0: none does.
// REQUIRES: the transforms are known and can be applied to its inputs.
template <class S>
std::unique_ptr<Source<S>> make_source(std::shared_ptr<const Dataset> dataset,
                                       Part part,
                                       const std::vector<TransformChoice>& transforms = {},
                                       int threads = 0);

extern template std::unique_ptr<Source<float>> make_source(std::shared_ptr<const Dataset>,
                                                           Part,
                                                           const std::vector<TransformChoice>&,
                                                           int);
extern template std::unique_ptr<Source<double>> make_source(std::shared_ptr<const Dataset>,
                                                            Part,
                                                            const std::vector<TransformChoice>&,
                                                            int);

}  // namespace murmur::data
