// SPDX-License-Identifier: Apache-2.0
// The tensor itself.
#pragma once

#include "murmur/codecs/registration.h"

namespace murmur::codecs {

template <class S>
class None : public Codec<S> {
 public:
  None() = default;
  None(const OptionValues& /*options*/, Use /*use*/) {}

  std::size_t payload_bytes(std::size_t size) const override { return size * sizeof(S); }
  bool adds_up() const override { return true; }
  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override;
  void decode_add(std::span<const std::byte> payload,
                  const Draws& draws,
                  S weight,
                  std::span<S> values) const override;
};

extern template class None<float>;
extern template class None<double>;

}  // namespace murmur::codecs
