// SPDX-License-Identifier: Apache-2.0
// Mixing: v_i <- v_i + sum_j w_ij (v_j - v_i), neighbors in ascending order. With rows that sum to
// one this is sum_j w_ij v_j; in floating point it keeps rest at rest exactly and the mean to 2e-11
// per step where the plain weighted sum lets it grow by 3e-8.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/engine/rows.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// A neighbor's row and the weight it gets.
template <class S>
struct WeightedRow {
  const S* row = nullptr;
  S weight = 0;
};

// out[c] = own[c] + sum_k weight_k (row_k[c] - own[c]) for c below count, k ascending.
template <class S>
void mix_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out);

// One engine's share of the mixing of all workers.
template <class S>
class Mixer {
 public:
  Mixer(std::shared_ptr<const topology::Topology> topology,
        const comm::Ownership* ownership,
        comm::Transport* transport,
        Rows<S>* rows);

  // Fixes the step's weights and brings the rows of remote neighbors. Afterwards, and until the
  // next call, block() may be called for disjoint ranges from any thread.
  Status start(std::int64_t step, const std::vector<std::size_t>& fields, comm::Tag tag);
  // The same with weights from elsewhere.
  Status start_with(const topology::MixingMatrix& matrix,
                    const std::vector<std::size_t>& fields,
                    comm::Tag tag);

  // Mixes coordinates [begin, end) of the fields of all local workers, in place. `scratch` holds
  // local workers x (end - begin) values.
  void block(const std::vector<std::size_t>& fields, CoordinateRange range, S* scratch) const;

  // Push-sum: v_i <- own share v_i + sum_j p_ij v_j, the own share being 1 minus what is given
  // away.
  void push_block(std::size_t field, CoordinateRange range, S* scratch) const;

  // Its first half: slot_i <- sum_j p_ij v_j, and only then v_i <- own share v_i.
  void send_block(std::size_t field, std::size_t slot, CoordinateRange range) const;

  // The step's weights. REQUIRES: start() was called.
  const topology::MixingMatrix& matrix() const { return *matrix_; }
  // Directed edges of the step's graph: messages of one mix.
  std::int64_t edges() const { return edges_; }

 private:
  struct InRow {  // a neighbor of a local worker
    bool remote = false;
    int worker = 0;
    std::size_t ghost = 0;  // its place among the rows brought here
    S weight = 0;
  };

  void set_weights(const topology::MixingMatrix& matrix);
  Status exchange(const std::vector<std::size_t>& fields, comm::Tag tag);
  const S* row_of(const InRow& in, std::size_t field_place, std::size_t field) const;

  std::shared_ptr<const topology::Topology> topology_;
  const comm::Ownership* ownership_;
  comm::Transport* transport_;
  Rows<S>* rows_;
  std::optional<topology::MixingMatrix> matrix_;
  std::int64_t edges_ = 0;
  std::vector<std::vector<InRow>> in_;      // per local worker
  std::vector<S> own_;                      // per local worker: push-sum's own share
  std::vector<int> ghosts_;                 // remote workers heard here, ascending
  std::vector<std::pair<int, int>> sends_;  // (process, local worker), ascending
  std::unique_ptr<Arena<S>> ghost_rows_;    // field place x ghosts
};

extern template class Mixer<float>;
extern template class Mixer<double>;

}  // namespace murmur::engine
