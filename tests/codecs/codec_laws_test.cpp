// SPDX-License-Identifier: Apache-2.0
// Laws that every registered codec obeys in every variant of its options.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/row_codec.h"
#include "murmur/core/random.h"
#include "tests/support/payload_forms.h"

namespace murmur::testing {
namespace {

using codecs::Draws;
using codecs::Use;

const std::vector<std::size_t> kSizes{1, 2, 3, 7, 8, 9, 31, 64, 100, 513, 1030};

template <class S>
std::vector<S> some_values(std::size_t size, std::int64_t which) {
  const Random random(5, Stream::kTest, 0, which);
  std::vector<S> values(size);
  for (std::size_t k = 0; k < size; ++k) {
    values[k] = static_cast<S>(random.normal(k) * (k % 5 == 0 ? 8 : 1));
  }
  return values;
}

template <class S>
std::vector<std::byte> encoded(const codecs::Codec<S>& codec,
                               const std::vector<S>& values,
                               const Draws& draws,
                               std::byte before = std::byte{0}) {
  std::vector<std::byte> payload(codec.payload_bytes(values.size()), before);
  codec.encode(values, draws, payload);
  return payload;
}

template <class S>
std::vector<S> decoded(const codecs::Codec<S>& codec,
                       const std::vector<std::byte>& payload,
                       std::size_t size,
                       const Draws& draws) {
  std::vector<S> values(size);
  codec.decode_add(payload, draws, S(1), values);
  return values;
}

double norm2(const std::vector<double>& v) {
  double sum = 0;
  for (const double value : v) {
    sum += value * value;
  }
  return sum;
}

double error2(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    sum += (a[k] - b[k]) * (a[k] - b[k]);
  }
  return sum;
}

// Those that encode a tensor by itself.
class EveryCodec : public ::testing::TestWithParam<CodecVariant> {
 protected:
  template <class S>
  std::shared_ptr<const codecs::Codec<S>> codec(Use use = Use::kAsIs) const {
    return GetParam().template coding<S>(use).codec;
  }

  template <class S>
  void expect_payloads() const {
    for (const std::size_t size : kSizes) {
      const TensorSlot slot{
          .name = "t", .shape = {static_cast<std::int64_t>(size)}, .offset = 0, .size = size};
      EXPECT_EQ(codec<S>()->payload_bytes(size), payload_by_hand(GetParam(), slot, sizeof(S)))
          << size;
    }
  }
};

std::vector<CodecVariant> of_one_tensor() {
  std::vector<CodecVariant> all = codec_variants();
  std::erase_if(all, [](const CodecVariant& variant) {
    return variant.coding<double>(Use::kAsIs).codec == nullptr;
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryCodec,
                         ::testing::ValuesIn(of_one_tensor()),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EveryCodec, TakesTheBytesOfTheContract) {
  expect_payloads<float>();
  expect_payloads<double>();
}

// A payload that is not aligned, and memory that is not clean.
TEST_P(EveryCodec, WritesEveryByteWhereverItIs) {
  for (const std::size_t size : kSizes) {
    const std::vector<float> values = some_values<float>(size, 1);
    const Draws draws{.seed = 1, .worker = 2, .step = 3, .tensor = 1};
    const auto clean = encoded(*codec<float>(), values, draws);
    ASSERT_EQ(clean, encoded(*codec<float>(), values, draws, std::byte{0xab}));
    std::vector<std::byte> shifted(clean.size() + 3, std::byte{0xcd});
    codec<float>()->encode(values, draws, std::span(shifted).subspan(3));
    ASSERT_TRUE(std::equal(clean.begin(), clean.end(), shifted.begin() + 3));
    std::vector<float> there(size);
    codec<float>()->decode_add(std::span<const std::byte>(shifted).subspan(3), draws, 1.0F, there);
    ASSERT_EQ(there, decoded(*codec<float>(), clean, size, draws));
  }
}

// Whoever decodes gets the same, times the weight, on top of what is there.
TEST_P(EveryCodec, AddsTheSameAtEveryReceiver) {
  for (const std::size_t size : kSizes) {
    const std::vector<double> values = some_values<double>(size, 2);
    const Draws sender{.seed = 1, .worker = 6, .step = 2, .tensor = 0};
    const Draws receiver{.seed = 1, .worker = 0, .step = 2, .tensor = 0};
    const auto payload = encoded(*codec<double>(), values, sender);
    const std::vector<double> once = decoded(*codec<double>(), payload, size, receiver);
    ASSERT_EQ(once, decoded(*codec<double>(), payload, size, sender));
    std::vector<double> twice(size, 0.25);
    codec<double>()->decode_add(payload, receiver, 0.5, twice);
    codec<double>()->decode_add(payload, receiver, 0.5, twice);
    for (std::size_t k = 0; k < size; ++k) {
      ASSERT_NEAR(twice[k], 0.25 + once[k], 1e-14 * (1 + std::abs(once[k])));
    }
  }
}

TEST_P(EveryCodec, DecodesZerosAsZeros) {
  for (const std::size_t size : kSizes) {
    const std::vector<float> zeros(size);
    const auto payload = encoded(*codec<float>(), zeros, {});
    EXPECT_EQ(decoded(*codec<float>(), payload, size, {}), zeros);
  }
}

// Numbers that are none do not change the size, and are not forgotten.
TEST_P(EveryCodec, LetsWhatDivergesDiverge) {
  for (const float strange : {std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity()}) {
    std::vector<float> values(9, strange);
    const auto payload = encoded(*codec<float>(), values, {});
    const std::vector<float> out = decoded(*codec<float>(), payload, values.size(), {});
    EXPECT_TRUE(std::any_of(out.begin(), out.end(), [](float v) { return !std::isfinite(v); }));
  }
}

// E ||C(v) - v||^2 <= ||v||^2 for what public copies and memories use, with the mean over steps.
TEST_P(EveryCodec, ContractsWhereItMust) {
  constexpr int kSteps = 64;
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    const std::vector<double> values = some_values<double>(size, 3);
    double error = 0;
    for (int step = 0; step < kSteps; ++step) {
      const Draws draws{.seed = 1, .worker = 1, .step = step, .tensor = 0};
      const auto contraction = codec<double>(Use::kAsContraction);
      const auto payload = encoded(*contraction, values, draws);
      error += error2(decoded(*contraction, payload, size, draws), values) / kSteps;
    }
    EXPECT_LE(error, norm2(values) * (1 + 1e-12)) << size;
  }
}

TEST_P(EveryCodec, LeavesPaddingAndOtherTensorsAlone) {
  Layout layout(sizeof(float));
  layout.add("a", {3, 5});
  layout.add("b", {7});
  const codecs::RowCodec<float> rows(layout, GetParam().compression<float>());
  std::vector<float> row(layout.row_size(), 1e30F);
  for (const TensorSlot& slot : layout.tensors()) {
    const std::vector<float> values = some_values<float>(slot.size, 4);
    std::copy(values.begin(), values.end(), row.data() + slot.offset);
  }
  std::vector<std::byte> message(rows.message_bytes(0));
  std::vector<float> out(layout.row_size());
  for (std::size_t tensor = 0; tensor < rows.tensors(); ++tensor) {
    rows.encode(tensor, row.data(), {.worker = 1, .step = 0}, message.data());
    rows.decode_add(tensor, message.data(), 0, 1.0F, out.data());
  }
  for (const TensorSlot& slot : layout.tensors()) {
    std::fill_n(row.data() + slot.offset, slot.size, 0.0F);
    std::fill_n(out.data() + slot.offset, slot.size, 0.0F);
  }
  EXPECT_EQ(std::count(row.begin(), row.end(), 0.0F), 22);  // else the bound below proves nothing
  EXPECT_EQ(std::count(out.begin(), out.end(), 0.0F), static_cast<std::ptrdiff_t>(out.size()));
}

TEST_P(EveryCodec, SendsSmallTensorsAndTheFirstStepsWhole) {
  Layout layout(sizeof(float));
  layout.add("a", {9, 5});
  layout.add("b", {7});
  const auto& slots = layout.tensors();
  const codecs::RowCodec<float> rows(layout, GetParam().compression<float>(8, 2));
  EXPECT_EQ(rows.message_bytes(1), (45U + 7U) * sizeof(float));
  EXPECT_EQ(rows.message_bytes(2),
            payload_by_hand(GetParam(), slots[0], sizeof(float)) + 7 * sizeof(float));
  const std::vector<float> row = some_values<float>(layout.row_size(), 5);
  std::vector<std::byte> message(rows.message_bytes(2));
  std::vector<float> out(layout.row_size());
  rows.encode(1, row.data(), {.worker = 1, .step = 2}, message.data());
  rows.decode_add(1, message.data(), 2, 1.0F, out.data());
  for (std::size_t k = slots[1].offset; k < slots[1].offset + slots[1].size; ++k) {
    EXPECT_EQ(out[k], row[k]);
  }
}

}  // namespace
}  // namespace murmur::testing
