// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/field_average.h"

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "murmur/core/arena.h"

namespace murmur::engine {
namespace {

Peers with_buckets(Peers peers, const Buckets* buckets) {
  peers.buckets = buckets;
  return peers;
}

}  // namespace

template <class S>
Status average_field(
    Averager<S>& averager, Rows<S>& rows, std::size_t field, comm::Tag call, std::span<S> out) {
  const auto row = [&](int worker) { return rows.row(field, worker); };
  if (!averager.is_spread()) {
    return averager.average(row, out.data(), call, nullptr);
  }
  // Others write into it, so it is not the caller's.
  const auto mean = std::make_shared<Arena<S>>(std::vector<std::size_t>{1}, out.size());
  const auto memory = std::make_shared<std::array<comm::Memory, 2>>(
      std::array<comm::Memory, 2>{rows.memory(), mean});
  if (Status averaged = averager.average(row, mean->row(0, 0), call, memory); !averaged) {
    return averaged;
  }
  std::memcpy(out.data(), mean->row(0, 0), out.size_bytes());
  return Ok{};
}

template <class S>
FieldAverager<S>::FieldAverager(const Peers& peers, const Layout& layout, threads::Pool* pool)
    : buckets_(layout, sizeof(S)),
      averager_(with_buckets(peers, &buckets_), pool, {0, peers.ownership->workers()}) {}

template Status average_field(
    Averager<float>&, Rows<float>&, std::size_t, comm::Tag, std::span<float>);
template Status average_field(
    Averager<double>&, Rows<double>&, std::size_t, comm::Tag, std::span<double>);
template class FieldAverager<float>;
template class FieldAverager<double>;

}  // namespace murmur::engine
