// SPDX-License-Identifier: Apache-2.0
// The rows that are averaged in place of one worker's row, phase by phase: the first holds a P of
// every matrix and what is sent whole, the second a Q of every matrix (low_rank.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "murmur/codecs/compression.h"
#include "murmur/core/layout.h"

namespace murmur::codecs {

inline constexpr std::size_t kFactorPhases = 2;

template <class S>
class RowFactors {
 public:
  // REQUIRES: the compression has a low_rank.
  RowFactors(const Layout& layout, std::shared_ptr<const Compression<S>> compression);

  std::size_t tensors() const { return parts_.size(); }
  const Layout& phase(std::size_t which) const { return phases_[which]; }
  // Of what is kept from step to step; empty without a warm start.
  const Layout& kept() const { return kept_; }

  // The Q of every matrix with which a step begins, into a row of the second phase.
  void start(const S* kept_row, std::int64_t step, S* q_row) const;
  // One worker's part of a phase, of one tensor. Different tensors at the same time.
  void first(std::size_t tensor, const S* row, const S* q_row, S* out) const;
  void second(std::size_t tensor, const S* row, const S* p_row, S* out) const;
  // Of the mean of the first phase.
  void orthonormalize(S* p_row) const;
  void keep(const S* q_row, S* kept_row) const;
  // One tensor of the mean of what is decoded, from the means of both phases.
  void decode(std::size_t tensor, const S* p_row, const S* q_row, S* row) const;
  // Whether a worker's own part decodes to itself: a tensor that is sent whole.
  bool is_whole(std::size_t tensor) const { return !parts_[tensor].matrix.has_value(); }
  const TensorSlot& slot(std::size_t tensor) const { return parts_[tensor].slot; }

 private:
  struct Part {
    TensorSlot slot;
    std::optional<Matrix> matrix = {};  // none: sent whole
    std::size_t p = 0;                  // places in the rows of the phases, and of what is kept
    std::size_t q = 0;
    std::size_t kept = 0;
  };

  std::size_t p_size(const Part& part) const {
    return coding().rank(*part.matrix) * part.matrix->rows;
  }
  std::size_t q_size(const Part& part) const {
    return coding().rank(*part.matrix) * part.matrix->columns;
  }
  const LowRank<S>& coding() const { return *compression_->coding.low_rank; }

  std::shared_ptr<const Compression<S>> compression_;
  std::vector<Part> parts_;
  std::array<Layout, kFactorPhases> phases_;
  Layout kept_;
};

// Of the fields in which a codec keeps something; empty: it keeps nothing.
template <class S>
Layout kept_layout(const Layout& layout, const std::shared_ptr<const Compression<S>>& compression);

extern template class RowFactors<float>;
extern template class RowFactors<double>;
extern template Layout kept_layout(const Layout&, const std::shared_ptr<const Compression<float>>&);
extern template Layout kept_layout(const Layout&,
                                   const std::shared_ptr<const Compression<double>>&);

}  // namespace murmur::codecs
