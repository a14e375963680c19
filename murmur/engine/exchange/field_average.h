// SPDX-License-Identifier: Apache-2.0
// The exact average over all workers of a field with a layout of its own, such as the buffers of
// the models. Asked for between rounds; the same tree of means as that of the models (average.h).
#pragma once

#include <cstddef>
#include <span>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"
#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/buckets.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/threads/pool.h"

namespace murmur::engine {

// The mean over the averager's workers of their rows of a field into `out`, a whole row, on every
// process.
template <class S>
Status average_field(
    Averager<S>& averager, Rows<S>& rows, std::size_t field, comm::Tag call, std::span<S> out);

template <class S>
class FieldAverager {
 public:
  // `peers`: the engine's, with the tags of its models; those have as many buckets as `layout` or
  // more.
  FieldAverager(const Peers& peers, const Layout& layout, threads::Pool* pool);
  FieldAverager(const FieldAverager&) = delete;
  FieldAverager& operator=(const FieldAverager&) = delete;

  Status average(Rows<S>& rows, std::size_t field, comm::Tag call, std::span<S> out) {
    return average_field(averager_, rows, field, call, out);
  }

 private:
  Buckets buckets_;
  Averager<S> averager_;
};

extern template Status average_field(
    Averager<float>&, Rows<float>&, std::size_t, comm::Tag, std::span<float>);
extern template Status average_field(
    Averager<double>&, Rows<double>&, std::size_t, comm::Tag, std::span<double>);
extern template class FieldAverager<float>;
extern template class FieldAverager<double>;

}  // namespace murmur::engine
