// SPDX-License-Identifier: Apache-2.0
// Included by each codec's source file: the type of its registry entry.
#pragma once

#include <cstddef>
#include <memory>

#include "murmur/codecs/codec.h"
#include "murmur/codecs/compression.h"
#include "murmur/core/options.h"
#include "murmur/core/per_scalar.h"

namespace murmur::codecs {

struct Registration {
  CodecInfo info;
  PerScalar<MakeCoding> make;
};

// Of a codec that is a class template C<S> with a constructor from (options, use).
template <template <class> class C>
PerScalar<MakeCoding> maker_of() {
  return PerScalar<MakeCoding>::from([]<class S>() -> MakeCoding<S> {
    return [](const OptionValues& options, Use use) {
      return Coding<S>{.codec = std::make_shared<const C<S>>(options, use)};
    };
  });
}

inline constexpr Bounds kRatio{0, 1, true, false, "a number in (0, 1]"};

// The option `ratio`, and of how many of `size` coordinates it is the share: at least one.
OptionInfo ratio_option();
std::size_t share_of(std::size_t size, double ratio);

}  // namespace murmur::codecs
