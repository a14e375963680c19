// SPDX-License-Identifier: Apache-2.0
// The passes that begin with a reduction: a number per worker, or per filter of each.
#include "murmur/core/check.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
Status Performer<S>::perform(const FilterReduceStage<S>& stage,
                             const Pass<S>& pass,
                             comm::Tag /*tag*/) {
  MURMUR_CHECK(pass.locals.empty(), "a reduction ends its pass");
  over_blocks({nullptr, {{&stage.kernel, false}}}, {});
  const comm::WorkerRange local = rows_.local();
  parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int) {
    sum_filters(parts_.problem->layout(),
                rows_.row(stage.into, local.begin + static_cast<int>(index)));
  });
  return Ok{};
}

template <class S>
Status Performer<S>::perform(const ReduceStage<S>& stage, const Pass<S>& pass, comm::Tag /*tag*/) {
  MURMUR_CHECK(pass.locals.empty(), "a reduction ends its pass");
  const comm::WorkerRange local = rows_.local();
  const BoundKernel<S>& kernel = stage.kernel;
  reduced_ =
      sum_rows(parts_.pool,
               static_cast<std::size_t>(local.size()),
               rows_.row_size(),
               [&](std::size_t index, CoordinateRange range, int thread) {
                 const int worker = local.begin + static_cast<int>(index);
                 std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
                 rows_.at(worker, range.begin, kernel.binds, fields.data());
                 return stage.sum(
                     fields.data(), nullptr, range.size(), round_of(worker), kernel.options.get());
               });
  return Ok{};
}

template Status Performer<float>::perform(const ReduceStage<float>&, const Pass<float>&, comm::Tag);
template Status Performer<double>::perform(const ReduceStage<double>&,
                                           const Pass<double>&,
                                           comm::Tag);
template Status Performer<float>::perform(const FilterReduceStage<float>&,
                                          const Pass<float>&,
                                          comm::Tag);
template Status Performer<double>::perform(const FilterReduceStage<double>&,
                                           const Pass<double>&,
                                           comm::Tag);

}  // namespace murmur::engine
