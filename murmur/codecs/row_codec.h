// SPDX-License-Identifier: Apache-2.0
// The message that one worker's row becomes: its tensors one after the other, each encoded or, if
// it is small or the run has only begun, whole. Padding does not travel.
//
// Where the values say how long a payload is, a message has room for the most. It travels packed:
//
//   sizes      of every payload that varies the number of bytes behind that number, 32 bits
//   contents   all payloads one behind the other, of those that vary so many bytes
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/codecs/compression.h"
#include "murmur/core/layout.h"

namespace murmur::codecs {

template <class S>
class RowCodec {
 public:
  // `compression`: null: every tensor whole. REQUIRES: it has a codec.
  RowCodec(const Layout& layout, std::shared_ptr<const Compression<S>> compression);

  std::size_t tensors() const { return slots_.size(); }
  std::size_t message_bytes(std::int64_t step) const { return parts(step).bytes; }
  // What travels of a message in the mean (Codec::expected_bytes).
  double expected_bytes(std::int64_t step) const;
  // Whether all workers encode that tensor with one scale, the largest of theirs.
  bool agrees_on_scale(std::size_t tensor, std::int64_t step) const {
    return parts(step).of_tensor[tensor].codec->agrees_on_scale();
  }
  S scale_of(std::size_t tensor, const S* row, std::int64_t step) const;

  struct Sender {
    int worker = 0;
    std::int64_t step = 0;
    double scale = 0;  // that all agreed on; 0: each has its own
  };
  // Encodes one tensor of a row to its place in the message. Different tensors may be encoded at
  // the same time.
  void encode(std::size_t tensor, const S* row, const Sender& sender, std::byte* message) const;
  // row += weight * decoded, of one tensor.
  void decode_add(
      std::size_t tensor, const std::byte* message, std::int64_t step, S weight, S* row) const;

  // Packing, and bytes of the sizes; 0: messages travel as they are.
  std::size_t sizes_bytes(std::int64_t step) const {
    return parts(step).varying * sizeof(std::uint32_t);
  }
  bool varies(std::int64_t step) const { return parts(step).varying > 0; }
  void pack_sizes(const std::byte* message, std::int64_t step, std::byte* sizes) const;
  // Of the contents. At most message_bytes() - sizes_bytes().
  std::size_t contents_bytes(const std::byte* sizes, std::int64_t step) const;
  void pack_contents(const std::byte* message, std::int64_t step, std::byte* contents) const;
  void unpack(const std::byte* sizes,
              const std::byte* contents,
              std::int64_t step,
              std::byte* message) const;

 private:
  struct Part {
    const Codec<S>* codec = nullptr;
    std::size_t offset = 0;  // in the message
    std::size_t bytes = 0;
  };
  struct Parts {
    std::vector<Part> of_tensor;
    std::size_t bytes = 0;
    std::size_t varying = 0;  // tensors
  };

  Parts parts_of(bool coded) const;
  const Parts& parts(std::int64_t step) const {
    return compression_ != nullptr && step >= compression_->start_step ? coded_ : whole_;
  }

  std::shared_ptr<const Compression<S>> compression_;
  std::vector<TensorSlot> slots_;
  Parts whole_;
  Parts coded_;
};

extern template class RowCodec<float>;
extern template class RowCodec<double>;

}  // namespace murmur::codecs
