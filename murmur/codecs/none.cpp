// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/none.h"

#include "murmur/codecs/registry.h"

namespace murmur::codecs {

template <class S>
void None<S>::encode(std::span<const S> values,
                     const Draws& /*draws*/,
                     std::span<std::byte> payload) const {
  std::memcpy(payload.data(), values.data(), payload.size());
}

template <class S>
void None<S>::decode_add(std::span<const std::byte> payload,
                         const Draws& /*draws*/,
                         S weight,
                         std::span<S> values) const {
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] += weight * get<S>(payload.data(), k);
  }
}

Registration none() {
  return {.info = {.name = "none", .summary = "the tensor itself", .paper = "", .options = {}},
          .make = maker_of<None>()};
}

template class None<float>;
template class None<double>;

}  // namespace murmur::codecs
