// SPDX-License-Identifier: Apache-2.0
// Every registered codec with the settings that are worth testing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/codecs/compression.h"
#include "murmur/core/layout.h"

namespace murmur::testing {

struct CodecVariant {
  std::string label;
  const codecs::CodecInfo* codec = nullptr;
  OptionValues options;

  template <class S>
  codecs::Coding<S> coding(codecs::Use use) const {
    return codecs::make_coding<S>(codec->name, options, use);
  }
  template <class S>
  std::shared_ptr<const codecs::Compression<S>> compression(
      std::size_t min_size = 0,
      std::int64_t start_step = 0,
      codecs::Use use = codecs::Use::kAsContraction) const {
    return std::make_shared<const codecs::Compression<S>>(codecs::Compression<S>{
        .coding = coding<S>(use), .min_size = min_size, .start_step = start_step, .seed = 3});
  }
};

// All of them, all settings.
std::vector<CodecVariant> codec_variants();
// A name for a test.
std::string test_name_of(const CodecVariant& variant);
std::ostream& operator<<(std::ostream& out, const CodecVariant& variant);

}  // namespace murmur::testing
