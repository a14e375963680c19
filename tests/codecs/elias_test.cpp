// SPDX-License-Identifier: Apache-2.0
// Elias' code, and QSGD in it: the paper's words, the decoded numbers of the fixed code, payloads
// that are cut off or damaged.
#include "murmur/codecs/elias.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/compression.h"
#include "murmur/core/host_program.h"
#include "murmur/core/random.h"

namespace murmur::codecs {
namespace {

using Settings = std::vector<std::pair<std::string, OptionValue>>;

template <class S>
std::shared_ptr<const Codec<S>> codec_of(const std::string& code, const Settings& settings = {}) {
  OptionValues options(find_codec("qsgd")->options);
  options.set("code", code);
  for (const auto& [key, value] : settings) {
    options.set(key, value);
  }
  return make_coding<S>("qsgd", options, Use::kAsIs).codec;
}

template <class S>
std::vector<S> normal_values(std::size_t size) {
  std::vector<S> values(size);
  for (std::size_t k = 0; k < size; ++k) {
    values[k] = static_cast<S>(Random(8, Stream::kTest).normal(k));
  }
  return values;
}

template <class S>
std::vector<std::byte> encoded(const Codec<S>& codec,
                               const std::vector<S>& values,
                               const Draws& draws) {
  std::vector<std::byte> payload(codec.payload_bytes(values.size()));
  codec.encode(values, draws, payload);
  return payload;
}

// What travels: the size, and so many bytes.
std::size_t travelling(const std::vector<std::byte>& payload) {
  return sizeof(std::uint32_t) + get<std::uint32_t>(payload.data(), 0);
}

std::string bits_of(const std::vector<std::byte>& bytes, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) {
    text += (std::to_integer<unsigned>(bytes[k / 8]) >> (k % 8) & 1U) != 0 ? '1' : '0';
  }
  return text;
}

std::string code_of(std::uint64_t number) {
  std::vector<std::byte> bytes(16);
  EliasWriter writer(bytes.data());
  writer.number(number);
  writer.finish();
  return bits_of(bytes, elias_bits(number));
}

TEST(Elias, HasThePublishedWords) {
  EXPECT_EQ(code_of(1), "0");
  EXPECT_EQ(code_of(2), "100");
  EXPECT_EQ(code_of(3), "110");
  EXPECT_EQ(code_of(4), "101000");
  EXPECT_EQ(code_of(5), "101010");
  EXPECT_EQ(code_of(8), "1110000");
  EXPECT_EQ(code_of(16), "10100100000");
}

TEST(Elias, ReadsWhatWasWrittenUpToItsEnd) {
  const std::vector<std::uint64_t> numbers{1, 2, 77, 3, 1U << 20U, (1ULL << 55U) + 5, 1, 1};
  std::vector<std::byte> bytes(64);
  EliasWriter writer(bytes.data());
  for (const std::uint64_t number : numbers) {
    writer.number(number);
  }
  EliasReader reader(std::span<const std::byte>(bytes).first(writer.finish()));
  for (const std::uint64_t number : numbers) {
    ASSERT_FALSE(reader.at_end());
    EXPECT_EQ(reader.number(), number);
  }
  EXPECT_TRUE(reader.at_end());
}

// Norm 4; levels 7 and 0, 0, 7: code(1) + code(7) = 0 0 101110, code(3) - code(7) = 110 1 101110.
TEST(EliasQsgd, IsTheCodeOfThePaper) {
  const Settings exact{{"norm", std::string("max")}};
  const auto payload = encoded(*codec_of<float>("elias", exact), {4, 0, 0, -4}, {.seed = 1});
  ASSERT_EQ(travelling(payload), 4U + 4U + 3U);
  EXPECT_EQ(get<float>(payload.data(), 1), 4);
  const std::vector<std::byte> code(payload.begin() + 8, payload.end());
  EXPECT_EQ(bits_of(code, 24), "00101110110110111011111" + std::string("1"));
}

TEST(EliasQsgd, DecodesToTheNumbersOfTheFixedCode) {
  for (const std::int64_t levels : {1, 7, 1000000}) {
    for (const std::int64_t bucket : {0, 5, 512}) {
      const Settings settings{{"levels", levels}, {"bucket", bucket}};
      for (const std::size_t size : {1U, 4U, 5U, 11U, 1030U}) {
        const std::vector<double> values = normal_values<double>(size);
        const Draws draws{.seed = 2, .worker = 1, .step = 3, .tensor = 1};
        std::vector<double> fixed(size);
        std::vector<double> sparse(size);
        const auto a = codec_of<double>("fixed", settings);
        const auto b = codec_of<double>("elias", settings);
        a->decode_add(encoded(*a, values, draws), draws, 0.5, fixed);
        b->decode_add(encoded(*b, values, draws), draws, 0.5, sparse);
        ASSERT_EQ(fixed, sparse) << levels << " " << bucket << " " << size;
      }
    }
  }
}

TEST(EliasQsgd, TakesTheBytesThatAreExpectedOfNormalValues) {
  for (const std::string norm : {"l2", "max"}) {
    for (const std::int64_t levels : {1, 7, 100}) {
      for (const std::int64_t bucket : {0, 2, 64, 512}) {
        const auto codec =
            codec_of<float>("elias", {{"levels", levels}, {"bucket", bucket}, {"norm", norm}});
        const std::vector<float> values = normal_values<float>(20000);
        double bytes = 0;
        for (std::int64_t step = 0; step < 20; ++step) {
          const auto payload = encoded(*codec, values, {.seed = 1, .worker = 0, .step = step});
          bytes += static_cast<double>(travelling(payload)) / 20;
        }
        EXPECT_NEAR(codec->expected_bytes(values.size()) / bytes, 1, 0.03)
            << norm << " " << levels << " " << bucket << " " << bytes;
      }
    }
  }
}

// In a host program, where a failed check throws.
class DamagedPayload : public ::testing::Test {
 protected:
  void SetUp() override { set_check_action(CheckAction::kThrow); }
  void TearDown() override { set_check_action(CheckAction::kAbort); }
};

// Every cut and many flipped bits: what is read stays within the payload, which ends where its
// memory does, and what is written within the values.
TEST_F(DamagedPayload, IsReadToItsEndAtMost) {
  const auto codec = codec_of<float>("elias", {{"levels", std::int64_t{3}}});
  const std::vector<float> values = normal_values<float>(40);
  const Draws draws{.seed = 1};
  const std::vector<std::byte> whole = encoded(*codec, values, draws);
  int refused = 0;
  const auto decode = [&](const std::vector<std::byte>& payload) {
    std::vector<float> out(values.size() + 2, 0.25F);
    try {
      codec->decode_add(payload, draws, 1.0F, std::span(out).subspan(1, values.size()));
    } catch (const FailedCheck&) {
      ++refused;
    }
    EXPECT_EQ(out.front(), 0.25F);
    EXPECT_EQ(out.back(), 0.25F);
  };
  for (std::size_t size = 0; size < travelling(whole); ++size) {
    const int before = refused;
    decode({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_EQ(refused, before + 1) << size;  // it says that there were more
  }
  for (std::uint64_t draw = 0; draw < 3000; ++draw) {
    std::vector<std::byte> payload(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(travelling(whole)));
    const Random random(9, Stream::kTest, 0, static_cast<std::int64_t>(draw));
    for (std::uint64_t flip = 0; flip <= draw % 4; ++flip) {
      const auto bit =
          static_cast<std::size_t>(random.uniform(flip) * static_cast<double>(8 * payload.size()));
      payload[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
    decode(payload);
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace murmur::codecs
