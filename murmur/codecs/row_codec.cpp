// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/row_codec.h"

#include <span>
#include <utility>

#include "murmur/codecs/none.h"

namespace murmur::codecs {
namespace {

template <class S>
const Codec<S>& whole() {
  static const None<S> kWhole;
  return kWhole;
}

}  // namespace

template <class S>
RowCodec<S>::RowCodec(const Layout& layout, std::shared_ptr<const Compression<S>> compression)
    : compression_(std::move(compression)),
      slots_(layout.tensors().begin(), layout.tensors().end()),
      whole_(parts_of(false)),
      coded_(parts_of(compression_ != nullptr)) {}

template <class S>
typename RowCodec<S>::Parts RowCodec<S>::parts_of(bool coded) const {
  Parts parts;
  for (const TensorSlot& slot : slots_) {
    const bool is_coded = coded && slot.size > 0 && slot.size >= compression_->min_size;
    const Codec<S>* const codec = is_coded ? compression_->coding.codec.get() : &whole<S>();
    const std::size_t bytes = codec->payload_bytes(slot.size);
    parts.of_tensor.push_back({codec, parts.bytes, bytes});
    parts.bytes += bytes;
  }
  return parts;
}

template <class S>
S RowCodec<S>::scale_of(std::size_t tensor, const S* row, std::int64_t step) const {
  const TensorSlot& slot = slots_[tensor];
  return parts(step).of_tensor[tensor].codec->scale_of({row + slot.offset, slot.size});
}

template <class S>
void RowCodec<S>::encode(std::size_t tensor,
                         const S* row,
                         const Sender& sender,
                         std::byte* message) const {
  const Part& part = parts(sender.step).of_tensor[tensor];
  const TensorSlot& slot = slots_[tensor];
  const std::uint64_t seed = compression_ == nullptr ? 0 : compression_->seed;
  part.codec->encode({row + slot.offset, slot.size},
                     {.seed = seed,
                      .worker = sender.worker,
                      .step = sender.step,
                      .tensor = tensor,
                      .scale = sender.scale},
                     {message + part.offset, part.bytes});
}

template <class S>
void RowCodec<S>::decode_add(
    std::size_t tensor, const std::byte* message, std::int64_t step, S weight, S* row) const {
  const Part& part = parts(step).of_tensor[tensor];
  const TensorSlot& slot = slots_[tensor];
  const std::uint64_t seed = compression_ == nullptr ? 0 : compression_->seed;
  part.codec->decode_add({message + part.offset, part.bytes},
                         {.seed = seed, .worker = 0, .step = step, .tensor = tensor},
                         weight,
                         {row + slot.offset, slot.size});
}

template class RowCodec<float>;
template class RowCodec<double>;

}  // namespace murmur::codecs
