// SPDX-License-Identifier: Apache-2.0
// The mean over all workers of what a codec makes of their rows, and of each local worker what was
// decoded of its own. Four ways:
//
//   whole        an exact average of the rows: no codec, or not yet
//   factors      two exact averages (codecs/row_factors.h); all decode the same
//   summed       one exact average of what was encoded, where payloads add up
//   gathered     every worker's message goes to all; each decodes all of them, in worker order
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "murmur/codecs/row_codec.h"
#include "murmur/codecs/row_factors.h"
#include "murmur/core/program_stages.h"
#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/threads/pool.h"

namespace murmur::engine {

template <class S>
class CodedAverager {
 public:
  CodedAverager(const Layout& layout,
                std::shared_ptr<const codecs::Compression<S>> compression,
                const Peers& peers,
                threads::Pool* pool,
                Rows<S>* rows);

  // `whole` averages rows that are not encoded.
  Status average(const CodedAverageStage& stage,
                 std::int64_t step,
                 comm::Tag tag,
                 Averager<S>& whole);
  // What all workers sent in the last one, if the values say how long messages are.
  std::optional<std::int64_t> encoded_bytes() const { return encoded_bytes_; }
  std::size_t bytes() const;

 private:
  struct Phase {  // of factors
    Phase(const Layout& layout, const Peers& peers, threads::Pool* pool, comm::WorkerRange local);

    std::size_t place(int worker) const { return static_cast<std::size_t>(worker - local.begin); }
    S* row(int worker) { return rows.row(0, place(worker)); }
    S* mean() { return rows.row(1, 0); }
    Status average(comm::Tag tag);

    comm::WorkerRange local;
    Buckets buckets;
    Arena<S> rows;  // of local workers; the mean
    Averager<S> averager;
  };

  Status average_whole(const CodedAverageStage& stage, comm::Tag tag, Averager<S>& whole);
  Status average_factors(const CodedAverageStage& stage, std::int64_t step, comm::Tag tag);
  Status average_sums(const CodedAverageStage& stage, std::int64_t step, comm::Tag tag);
  Status gather(const CodedAverageStage& stage, std::int64_t step, comm::Tag tag);
  using Bytes = std::shared_ptr<std::vector<std::byte>>;
  // Every process gets what the others have of `all`, in which workers have what lies between two
  // ends, the first being 0.
  Status exchange(const Bytes& all, const std::vector<std::size_t>& ends, comm::Tag tag);
  Status exchange(const Bytes& all, std::size_t each, comm::Tag tag);
  // Messages that vary: first their sizes, then the rest.
  Status exchange_packed(std::int64_t step, comm::Tag tag);
  // Sets scales_, where workers have one together.
  Status agree_on_scales(const CodedAverageStage& stage, std::int64_t step, comm::Tag tag);
  std::byte* message(int worker) {
    return messages_->data() + static_cast<std::size_t>(worker) * message_bytes_;
  }
  // row <- what a message holds, of one tensor.
  void decode(std::size_t tensor, const std::byte* message, std::int64_t step, S* row) const;
  // task(worker, tensor) for the tensors of all local workers, at the same time.
  template <class Task>
  void for_each(std::size_t tensors, const Task& task);

  std::shared_ptr<const codecs::Compression<S>> compression_;
  Peers peers_;
  threads::Pool* pool_;
  Rows<S>* rows_;
  comm::WorkerRange local_;
  codecs::RowCodec<S> codec_;
  std::vector<TensorSlot> slots_;
  Bytes messages_;  // of all workers, in their order
  std::size_t message_bytes_ = 0;
  Bytes sizes_;  // the same, packed, where they vary
  Bytes contents_;
  std::optional<std::int64_t> encoded_bytes_;
  std::vector<double> scales_;  // per tensor; 0: each worker has its own
  std::optional<codecs::RowFactors<S>> factors_;
  // None: nothing to average. The first also of sums.
  std::array<std::unique_ptr<Phase>, codecs::kFactorPhases> phases_;
  std::vector<S> start_;  // a row of the second phase
};

template <class S>
template <class Task>
void CodedAverager<S>::for_each(std::size_t tensors, const Task& task) {
  const auto workers = static_cast<std::size_t>(local_.size());
  pool_->run(workers * tensors, [&](std::size_t index, int /*thread*/) {
    task(local_.begin + static_cast<int>(index / tensors), index % tensors);
  });
}

extern template class CodedAverager<float>;
extern template class CodedAverager<double>;

}  // namespace murmur::engine
