// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/row_codec.h"

#include <cstring>
#include <span>
#include <utility>

#include "murmur/codecs/none.h"
#include "murmur/core/check.h"

namespace murmur::codecs {
namespace {

constexpr std::size_t kSizeBytes = sizeof(std::uint32_t);  // of the number of what follows

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
    parts.varying += codec->varies() ? 1 : 0;
  }
  return parts;
}

template <class S>
double RowCodec<S>::expected_bytes(std::int64_t step) const {
  const std::vector<Part>& all = parts(step).of_tensor;
  double bytes = 0;
  for (std::size_t tensor = 0; tensor < slots_.size(); ++tensor) {
    bytes += all[tensor].codec->expected_bytes(slots_[tensor].size);
  }
  return bytes;
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

template <class S>
void RowCodec<S>::pack_sizes(const std::byte* message, std::int64_t step, std::byte* sizes) const {
  for (const Part& part : parts(step).of_tensor) {
    if (part.codec->varies()) {
      std::memcpy(sizes, message + part.offset, kSizeBytes);
      sizes += kSizeBytes;
    }
  }
}

template <class S>
std::size_t RowCodec<S>::contents_bytes(const std::byte* sizes, std::int64_t step) const {
  std::size_t bytes = 0;
  std::size_t varying = 0;
  for (const Part& part : parts(step).of_tensor) {
    if (!part.codec->varies()) {
      bytes += part.bytes;
      continue;
    }
    const std::size_t size = get<std::uint32_t>(sizes, varying++);
    MURMUR_CHECK(size <= part.bytes - kSizeBytes, "{} bytes of at most {}", size, part.bytes);
    bytes += size;
  }
  return bytes;
}

template <class S>
void RowCodec<S>::pack_contents(const std::byte* message,
                                std::int64_t step,
                                std::byte* contents) const {
  for (const Part& part : parts(step).of_tensor) {
    const std::byte* const payload = message + part.offset;
    const std::size_t begin = part.codec->varies() ? kSizeBytes : 0;
    const std::size_t size = begin > 0 ? get<std::uint32_t>(payload, 0) : part.bytes;
    std::memcpy(contents, payload + begin, size);
    contents += size;
  }
}

template <class S>
void RowCodec<S>::unpack(const std::byte* sizes,
                         const std::byte* contents,
                         std::int64_t step,
                         std::byte* message) const {
  for (const Part& part : parts(step).of_tensor) {
    std::byte* const payload = message + part.offset;
    std::size_t begin = 0;
    std::size_t size = part.bytes;
    if (part.codec->varies()) {
      begin = kSizeBytes;
      size = get<std::uint32_t>(sizes, 0);
      std::memcpy(payload, sizes, kSizeBytes);
      sizes += kSizeBytes;
    }
    std::memcpy(payload + begin, contents, size);
    contents += size;
  }
}

template class RowCodec<float>;
template class RowCodec<double>;

}  // namespace murmur::codecs
