// SPDX-License-Identifier: Apache-2.0
// The passes that begin with a reduction: a number per worker, or per filter of each.
#include "murmur/core/check.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
void Performer<S>::reduce(const Pass<S>& pass) {
  MURMUR_CHECK(pass.locals.empty(), "a reduction ends its pass");
  const Stage<S>& stage = *pass.head;
  const comm::WorkerRange local = rows_.local();
  if (stage.over == Over::kFilter) {
    over_blocks({nullptr, {{&stage, false}}}, {});
    parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int) {
      sum_filters(parts_.problem->layout(),
                  rows_.row(stage.into, local.begin + static_cast<int>(index)));
    });
    return;
  }
  reduced_ =
      sum_rows(parts_.pool,
               static_cast<std::size_t>(local.size()),
               rows_.row_size(),
               [&](std::size_t index, CoordinateRange range, int thread) {
                 const int worker = local.begin + static_cast<int>(index);
                 std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
                 rows_.at(worker, range.begin, stage.binds, fields.data());
                 return stage.reducer(
                     fields.data(), nullptr, range.size(), round_of(worker), stage.options.get());
               });
}

template void Performer<float>::reduce(const Pass<float>&);
template void Performer<double>::reduce(const Pass<double>&);

}  // namespace murmur::engine
