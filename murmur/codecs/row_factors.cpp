// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/row_factors.h"

#include <algorithm>
#include <span>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::codecs {
namespace {

std::size_t add_to(Layout& layout, const std::string& name, std::vector<std::int64_t> shape) {
  layout.add(name, std::move(shape));
  return layout.tensors().back().offset;
}

}  // namespace

template <class S>
RowFactors<S>::RowFactors(const Layout& layout, std::shared_ptr<const Compression<S>> compression)
    : compression_(std::move(compression)),
      phases_{Layout(sizeof(S)), Layout(sizeof(S))},
      kept_(sizeof(S)) {
  MURMUR_CHECK(compression_ != nullptr && compression_->coding.low_rank != nullptr, "no factors");
  for (const TensorSlot& slot : layout.tensors()) {
    Part part{.slot = slot};
    if (slot.size >= compression_->min_size) {
      part.matrix = matrix_of(slot);
    }
    if (!part.matrix) {
      part.p = add_to(phases_[0], slot.name, slot.shape);
    } else {
      const auto rank = static_cast<std::int64_t>(coding().rank(*part.matrix));
      const std::vector<std::int64_t> q_shape{rank,
                                              static_cast<std::int64_t>(part.matrix->columns)};
      part.p = add_to(phases_[0], slot.name, {rank, static_cast<std::int64_t>(part.matrix->rows)});
      part.q = add_to(phases_[1], slot.name, q_shape);
      part.kept = coding().warm_start() ? add_to(kept_, slot.name, q_shape) : 0;
    }
    parts_.push_back(std::move(part));
  }
}

// Without a warm start the draws are those of the step.
template <class S>
void RowFactors<S>::start(const S* kept_row, std::int64_t step, S* q_row) const {
  const bool warm = coding().warm_start();
  for (std::size_t tensor = 0; tensor < parts_.size(); ++tensor) {
    const Part& part = parts_[tensor];
    if (part.matrix) {
      const std::size_t size = q_size(part);
      const std::span<const S> kept =
          warm ? std::span<const S>(kept_row + part.kept, size) : std::span<const S>();
      coding().start(
          *part.matrix,
          kept,
          {.seed = compression_->seed, .worker = 0, .step = warm ? 0 : step, .tensor = tensor},
          {q_row + part.q, size});
    }
  }
}

template <class S>
void RowFactors<S>::first(std::size_t tensor, const S* row, const S* q_row, S* out) const {
  const Part& part = parts_[tensor];
  const S* const values = row + part.slot.offset;
  if (part.matrix) {
    coding().multiply(
        *part.matrix, values, {q_row + part.q, q_size(part)}, {out + part.p, p_size(part)});
  } else {
    std::copy_n(values, part.slot.size, out + part.p);
  }
}

template <class S>
void RowFactors<S>::second(std::size_t tensor, const S* row, const S* p_row, S* out) const {
  const Part& part = parts_[tensor];
  if (part.matrix) {
    coding().multiply_transposed(*part.matrix,
                                 row + part.slot.offset,
                                 {p_row + part.p, p_size(part)},
                                 {out + part.q, q_size(part)});
  }
}

template <class S>
void RowFactors<S>::orthonormalize(S* p_row) const {
  for (const Part& part : parts_) {
    if (part.matrix) {
      coding().orthonormalize(*part.matrix, {p_row + part.p, p_size(part)});
    }
  }
}

template <class S>
void RowFactors<S>::keep(const S* q_row, S* kept_row) const {
  for (const Part& part : parts_) {
    if (part.matrix && coding().warm_start()) {
      const std::size_t size = q_size(part);
      coding().keep(*part.matrix, {q_row + part.q, size}, {kept_row + part.kept, size});
    }
  }
}

template <class S>
void RowFactors<S>::decode(std::size_t tensor, const S* p_row, const S* q_row, S* row) const {
  const Part& part = parts_[tensor];
  S* const values = row + part.slot.offset;
  if (part.matrix) {
    coding().decode(
        *part.matrix, {p_row + part.p, p_size(part)}, {q_row + part.q, q_size(part)}, values);
  } else {
    std::copy_n(p_row + part.p, part.slot.size, values);
  }
}

template <class S>
Layout kept_layout(const Layout& layout, const std::shared_ptr<const Compression<S>>& compression) {
  return compression == nullptr || compression->coding.low_rank == nullptr
             ? Layout(sizeof(S))
             : RowFactors<S>(layout, compression).kept();
}

template class RowFactors<float>;
template class RowFactors<double>;
template Layout kept_layout(const Layout&, const std::shared_ptr<const Compression<float>>&);
template Layout kept_layout(const Layout&, const std::shared_ptr<const Compression<double>>&);

}  // namespace murmur::codecs
