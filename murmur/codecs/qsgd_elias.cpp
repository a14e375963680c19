// SPDX-License-Identifier: Apache-2.0
#include "murmur/codecs/qsgd_elias.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "murmur/codecs/elias.h"
#include "murmur/codecs/qsgd_levels.h"
#include "murmur/core/check.h"

namespace murmur::codecs {
namespace {

// Of normally distributed entries, per entry of a bucket.
struct Expected {
  double above_zero = 0;  // the probability of a level above zero
  double bits = 0;        // of the level and its sign, 0 at zero
};

// Adds an entry of magnitude r times the norm, with a probability.
void add_entry(double r, double probability, std::uint64_t levels, Expected& all) {
  const double exact = r * static_cast<double>(levels);
  const double below = std::floor(exact);
  const auto add = [&](double level, double chance) {
    const auto l = std::min(static_cast<std::uint64_t>(level), levels);
    if (l > 0) {
      all.above_zero += probability * chance;
      all.bits += probability * chance * static_cast<double>(1 + elias_bits(l));
    }
  };
  add(below, 1 - (exact - below));
  add(below + 1, exact - below);
}

// The median of the largest of b magnitudes.
double median_largest(double b) {
  double low = 0;
  double high = 40;
  for (int k = 0; k < 60; ++k) {
    const double middle = (low + high) / 2;
    (b * std::log(std::erf(middle / std::numbers::sqrt2)) < -std::numbers::ln2 ? low : high) =
        middle;
  }
  return high;
}

// Midpoints of the distribution of |v| / norm: with the Euclidean norm the sine of an angle of
// density cos^(b - 2); of one bucket the largest magnitude is at the norm.
Expected expected_entry(std::size_t entries, std::uint64_t levels, bool by_maximum) {
  constexpr int kPoints = 512;
  constexpr double kFarthest = 9;  // standard deviations
  const auto b = static_cast<double>(entries);
  Expected all;
  if (entries == 1) {
    add_entry(1, 1, levels, all);
    return all;
  }
  const double most = by_maximum ? median_largest(b) : kFarthest / std::sqrt(b);
  const double end = by_maximum ? most : std::min(std::numbers::pi / 2, most);
  std::vector<double> density(kPoints);
  double sum = 0;
  for (int k = 0; k < kPoints; ++k) {
    const double at = (k + 0.5) * end / kPoints;
    density[static_cast<std::size_t>(k)] =
        by_maximum ? std::exp(-at * at / 2) : std::pow(std::cos(at), b - 2);
    sum += density[static_cast<std::size_t>(k)];
  }
  const double share = by_maximum ? (b - 1) / b : 1;
  for (int k = 0; k < kPoints; ++k) {
    const double at = (k + 0.5) * end / kPoints;
    const double probability = share * density[static_cast<std::size_t>(k)] / sum;
    add_entry(by_maximum ? at / most : std::sin(at), probability, levels, all);
  }
  if (by_maximum) {
    add_entry(1, 1 / b, levels, all);
  }
  return all;
}

// Of the code of the way to the next level above zero: all ways of one width have one length.
double expected_way(double above_zero) {
  double bits = 0;
  double left = 1;  // the probability of a way that is not shorter
  for (unsigned width = 1; width <= 50 && left > 0; ++width) {
    const double longer = std::pow(1 - above_zero, std::ldexp(1.0, static_cast<int>(width)) - 1);
    bits += (left - longer) * static_cast<double>(elias_bits(std::uint64_t{1} << (width - 1)));
    left = longer;
  }
  return bits;
}

template <class S>
class QsgdElias : public Codec<S> {
 public:
  QsgdElias(const OptionValues& options, Use use) : levels_(options, use) {}

  // Every entry at the highest level: a longer way costs no more than the entries on it would.
  std::size_t payload_bytes(std::size_t size) const override {
    const std::size_t entry = elias_bits(1) + 1 + elias_bits(levels_.levels());
    return kSizeBytes + levels_.buckets(size) * sizeof(S) + (size * entry + 7) / 8;
  }
  bool varies() const override { return true; }
  double expected_bytes(std::size_t size) const override {
    double bits = 0;
    const auto add = [&](std::size_t entries, std::size_t buckets) {
      const Expected each = expected_entry(entries, levels_.levels(), levels_.by_maximum());
      bits += static_cast<double>(entries * buckets) *
              (each.bits + each.above_zero * expected_way(each.above_zero));
    };
    const std::size_t run = levels_.bucket(size);
    if (size / run > 0) {
      add(run, size / run);
    }
    if (size % run > 0) {
      add(size % run, 1);
    }
    return static_cast<double>(kSizeBytes + levels_.buckets(size) * sizeof(S)) + bits / 8;
  }

  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override {
    const Random random = draws.own();
    const std::size_t norms = levels_.buckets(values.size()) * sizeof(S);
    EliasWriter bits(payload.data() + kSizeBytes + norms);
    std::size_t bucket = 0;
    std::size_t next = 0;  // behind the last level above zero
    levels_.for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S norm = levels_.norm_of(values.subspan(begin, end - begin));
      put(payload.data() + kSizeBytes, bucket++, norm);
      for (std::size_t k = begin; k < end; ++k) {
        const std::uint64_t level = levels_.level(values[k], norm, random.uniform(draws.index(k)));
        if (level > 0) {
          bits.number(k + 1 - next);
          bits.bit(values[k] < 0);
          bits.number(level);
          next = k + 1;
        }
      }
    });
    const std::size_t size = norms + bits.finish();
    MURMUR_CHECK(size <= UINT32_MAX, "{} bytes of one tensor", size);
    put(payload.data(), 0, static_cast<std::uint32_t>(size));
    std::fill(payload.begin() + static_cast<std::ptrdiff_t>(kSizeBytes + size),
              payload.end(),
              std::byte{0});
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& /*draws*/,
                  S weight,
                  std::span<S> values) const override {
    const std::size_t norms = levels_.buckets(values.size()) * sizeof(S);
    MURMUR_CHECK(payload.size() >= kSizeBytes + norms, "a payload of {} bytes", payload.size());
    const std::size_t size = get<std::uint32_t>(payload.data(), 0);
    MURMUR_CHECK(size >= norms && size <= payload.size() - kSizeBytes,
                 "a payload of {} bytes in {}",
                 size,
                 payload.size());
    const auto unit_of = [&](std::size_t bucket, std::size_t begin) {
      const std::size_t end = std::min(values.size(), begin + levels_.bucket(values.size()));
      return levels_.unit(get<S>(payload.data() + kSizeBytes, bucket), weight, end - begin);
    };
    EliasReader bits(payload.subspan(kSizeBytes + norms, size - norms));
    std::size_t next = 0;
    while (!bits.at_end()) {
      const auto way = bits.number();
      MURMUR_CHECK(way && *way <= values.size() - next, "an entry behind {}", values.size());
      next += static_cast<std::size_t>(*way);
      const auto negative = bits.bit();
      const auto level = bits.number();
      MURMUR_CHECK(
          negative && level && *level <= levels_.levels(), "no level up to {}", levels_.levels());
      const std::size_t run = levels_.bucket(values.size());
      const std::size_t bucket = (next - 1) / run;
      const S magnitude = unit_of(bucket, bucket * run) * static_cast<S>(*level);
      values[next - 1] += *negative ? -magnitude : magnitude;
    }
    // A norm that is no number makes all entries none.
    std::size_t bucket = 0;
    levels_.for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S unit = unit_of(bucket++, begin);
      for (std::size_t k = begin; !std::isfinite(unit) && k < end; ++k) {
        values[k] += unit * S(0);
      }
    });
  }

 private:
  static constexpr std::size_t kSizeBytes = sizeof(std::uint32_t);

  QsgdLevels<S> levels_;
};

}  // namespace

template <class S>
std::shared_ptr<const Codec<S>> qsgd_elias(const OptionValues& options, Use use) {
  return std::make_shared<const QsgdElias<S>>(options, use);
}

template std::shared_ptr<const Codec<float>> qsgd_elias(const OptionValues&, Use);
template std::shared_ptr<const Codec<double>> qsgd_elias(const OptionValues&, Use);

}  // namespace murmur::codecs
