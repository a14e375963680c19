// SPDX-License-Identifier: Apache-2.0
// What both codes of QSGD share: buckets, their norms, and levels rounded at random. Of an entry v
// of a bucket is kept norm sign(v) l / s, where l is one of the two whole numbers next to
// s |v| / norm, drawn so that the mean is v.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "murmur/codecs/compression.h"

namespace murmur::codecs {

template <class S>
class QsgdLevels {
 public:
  QsgdLevels(const OptionValues& options, Use use)
      : levels_(static_cast<std::uint64_t>(options.integer("levels"))),
        bucket_(static_cast<std::size_t>(options.integer("bucket"))),
        by_maximum_(options.text("norm") == "max"),
        contracts_(use == Use::kAsContraction) {}

  std::uint64_t levels() const { return levels_; }
  bool by_maximum() const { return by_maximum_; }

  // Entries of every bucket but the last, and how many buckets there are.
  std::size_t bucket(std::size_t size) const { return bucket_ == 0 ? size : bucket_; }
  std::size_t buckets(std::size_t size) const {
    const std::size_t run = bucket(size);
    return (size + run - 1) / run;
  }
  template <class Visit>
  void for_each_bucket(std::size_t size, const Visit& visit) const {
    const std::size_t run = bucket(size);
    for (std::size_t begin = 0; begin < size; begin += run) {
      visit(begin, std::min(size, begin + run));
    }
  }

  // Not finite where a value is not.
  S norm_of(std::span<const S> values) const {
    double squares = 0;
    double largest = 0;
    for (const S value : values) {
      const auto v = static_cast<double>(value);
      squares += v * v;
      largest = std::max(largest, std::abs(v));
    }
    return static_cast<S>(by_maximum_ && std::isfinite(squares) ? largest : std::sqrt(squares));
  }

  std::uint64_t level(S value, S norm, double draw) const {
    const double exact = static_cast<double>(levels_) * std::abs(static_cast<double>(value)) /
                         static_cast<double>(norm);
    if (!(exact > 0) || !std::isfinite(exact)) {
      return 0;
    }
    const double below = std::floor(exact);
    const double chosen = below + (draw < exact - below ? 1 : 0);
    return static_cast<std::uint64_t>(std::min(chosen, static_cast<double>(levels_)));
  }

  // What a level is worth where a bucket of so many entries is decoded with that weight.
  S unit(S norm, S weight, std::size_t entries) const {
    return weight * static_cast<S>(static_cast<double>(norm) /
                                   (static_cast<double>(levels_) * scale(entries)));
  }

 private:
  // What a contraction divides by: 1 + omega.
  double scale(std::size_t entries) const {
    const auto b = static_cast<double>(entries);
    const auto s = static_cast<double>(levels_);
    return contracts_ ? 1 + std::min(b / (s * s), std::sqrt(b) / s) : 1;
  }

  std::uint64_t levels_;
  std::size_t bucket_;
  bool by_maximum_;
  bool contracts_;
};

}  // namespace murmur::codecs
