// SPDX-License-Identifier: Apache-2.0
// What one worker's row takes as a message that may be encoded.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include "murmur/codecs/row_codec.h"
#include "murmur/codecs/row_factors.h"

namespace murmur::engine {

struct CodedSize {
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  std::int64_t start_step = kNever;  // before it rows are sent whole
  std::int64_t message = 0;          // bytes of a message to neighbors from that step on
  // `message` is what is expected of normally distributed values, which say how long it is.
  bool varies = false;
  // Of an average from that step on: bytes of the rows that are averaged exactly, phase by phase;
  // none: messages are gathered.
  std::array<std::int64_t, codecs::kFactorPhases> averaged = {};
  std::int64_t scales = 0;  // bytes of those that all agree on before they encode for gathering
};

// Of a bit per entry, tensor by tensor.
inline std::int64_t bytes_of_bits(const Layout& layout) {
  std::int64_t bytes = 0;
  for (const TensorSlot& slot : layout.tensors()) {
    bytes += static_cast<std::int64_t>((slot.size + 7) / 8);
  }
  return bytes;
}

// Bytes of a message that is sent to neighbors.
inline std::int64_t message_bytes(const CodedSize& size, std::int64_t step, std::int64_t whole) {
  return step < size.start_step ? whole : size.message;
}

// Whether an average of rows gathers the messages of all workers.
inline bool gathers(const CodedSize& size, std::int64_t step) {
  return step >= size.start_step && size.averaged[0] == 0;
}

// Of rows of that layout. `parameters`: of the model that is described instead; a message of it is
// larger in the same proportion. `compression` null: whole.
template <class S>
CodedSize coded_size(const Layout& layout,
                     const std::shared_ptr<const codecs::Compression<S>>& compression,
                     std::int64_t parameters) {
  const double scale = static_cast<double>(parameters) / static_cast<double>(layout.parameters());
  const auto scaled = [&](double bytes) {
    return static_cast<std::int64_t>(std::llround(bytes * scale));
  };
  if (compression == nullptr) {
    return {};
  }
  CodedSize size{.start_step = compression->start_step};
  if (compression->coding.low_rank == nullptr) {
    const codecs::RowCodec<S> codec(layout, compression);
    size.message = scaled(codec.expected_bytes(compression->start_step));
    size.varies = codec.varies(compression->start_step);
    for (std::size_t tensor = 0; tensor < codec.tensors(); ++tensor) {
      const bool agrees = codec.agrees_on_scale(tensor, compression->start_step);
      size.scales += static_cast<std::int64_t>(agrees ? sizeof(S) : 0);
    }
    size.averaged[0] = compression->coding.codec->adds_up() ? size.message : 0;
    return size;
  }
  const codecs::RowFactors<S> factors(layout, compression);
  for (std::size_t k = 0; k < size.averaged.size(); ++k) {
    size.averaged[k] = scaled(static_cast<double>(factors.phase(k).parameters() * sizeof(S)));
  }
  return size;
}

}  // namespace murmur::engine
