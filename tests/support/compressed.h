// SPDX-License-Identifier: Apache-2.0
// Every registered algorithm whose messages may be encoded, with every codec that it takes.
#pragma once

#include <string>
#include <vector>

#include "tests/support/codec_variants.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

struct Compressed {
  std::string label;
  Variant variant;
  CodecVariant codec;

  template <class S>
  std::shared_ptr<const codecs::Compression<S>> compression(std::size_t min_size,
                                                            std::int64_t start_step) const {
    const bool keeps = variant.algorithm->program<S>(variant.options).contracts();
    return codec.compression<S>(
        min_size, start_step, keeps ? codecs::Use::kAsContraction : codecs::Use::kAsIs);
  }
};

inline std::vector<Compressed> compressed_variants() {
  std::vector<Compressed> all;
  for (const Variant& variant :
       variants_where([](const Program<double>& program) { return program.takes_codec(); })) {
    const bool factors = variant.algorithm->program<double>(variant.options).takes_factors();
    for (const CodecVariant& codec : codec_variants()) {
      if (codec.codec->name == "low-rank" && !factors) {
        continue;
      }
      all.push_back({variant.label + " " + codec.label, variant, codec});
    }
  }
  return all;
}

inline std::string test_name_of(const Compressed& compressed) {
  return test_name_of(Variant{compressed.label, nullptr, {}});
}

inline std::ostream& operator<<(std::ostream& out, const Compressed& compressed) {
  return out << compressed.label;
}

}  // namespace murmur::testing
