// SPDX-License-Identifier: Apache-2.0
// What [compression] says, as objects: a codec by name, and which tensors are sent whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/codecs/codec.h"
#include "murmur/codecs/low_rank.h"
#include "murmur/core/options.h"

namespace murmur::codecs {

// An entry of the registry of codecs, as `murmur list codecs` shows it.
struct CodecInfo {
  std::string name;
  std::string summary;
  std::string paper;                // empty if there is none
  std::vector<OptionInfo> options;  // beyond min_size and start_step
};

// All codecs, in the order in which they are listed.
const std::vector<CodecInfo>& codecs();

// The codec of that name, or null.
const CodecInfo* find_codec(std::string_view name);

// How an algorithm uses what is decoded. Public copies and memories need a contraction: there an
// unbiased codec of variance omega is divided by 1 + omega. Others take it as it is.
enum class Use { kAsContraction, kAsIs };

// A codec with its options: one that encodes tensors, or factors that are averaged.
template <class S>
struct Coding {
  std::shared_ptr<const Codec<S>> codec = nullptr;
  std::shared_ptr<const LowRank<S>> low_rank = nullptr;
};

template <class S>
using MakeCoding = std::function<Coding<S>(const OptionValues& options, Use use)>;

// REQUIRES: there is a codec `name`, and `options` holds all of its options.
template <class S>
Coding<S> make_coding(const std::string& name, const OptionValues& options, Use use);

template <class S>
struct Compression {
  Coding<S> coding;
  std::size_t min_size = 0;     // a tensor of fewer entries is sent whole
  std::int64_t start_step = 0;  // so is everything before that step
  std::uint64_t seed = 1;       // of the draws
};

extern template Coding<float> make_coding(const std::string&, const OptionValues&, Use);
extern template Coding<double> make_coding(const std::string&, const OptionValues&, Use);

}  // namespace murmur::codecs
