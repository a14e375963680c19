// SPDX-License-Identifier: Apache-2.0
// Compressed local SGD: a naive copy of its listing, the bits of every world, resuming, its bytes.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/checkpoint/checkpoint.h"
#include "murmur/engine/costs/comm_plan.h"
#include "tests/support/codec_variants.h"
#include "tests/support/payload_forms.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::int64_t kPeriod = 2;
constexpr std::int64_t kStart = 2;  // of the codec: the first average is whole
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1, 0.1};

template <class S>
using Quadratic = RandomQuadratic<S>;

template <class S>
std::unique_ptr<Quadratic<S>> problem() {
  return std::make_unique<Quadratic<S>>(
      kWorkers,
      typename Quadratic<S>::Kind{},
      typename Quadratic<S>::Shape{.matrix_rows = 5, .matrix_columns = 7, .vector_size = 3});
}

// Those that encode tensor by tensor.
std::vector<CodecVariant> codecs_of_tensors() {
  std::vector<CodecVariant> all = codec_variants();
  std::erase_if(all, [](const CodecVariant& variant) { return variant.codec->name == "low-rank"; });
  return all;
}

OptionValues average_of(const std::string& buffers, std::int64_t start = 0) {
  OptionValues options(algorithms::find_outer_step("average")->options);
  options.set("period", kPeriod);
  options.set("buffers", buffers);
  if (start > 0) {
    options.set("start_step", start);
    options.set("before", std::string("every-step"));
  }
  return options;
}

template <class S>
Program<S> base_of(const std::string& name) {
  const auto* const algorithm = algorithms::find_algorithm(name);
  OptionValues options(algorithm->options);
  if (name == "sgd") {
    options.set("momentum", 0.9);
  }
  return algorithm->program<S>(options);
}

template <class S>
RunSpec<S> spec_of(const CodecVariant& codec,
                   const std::string& base = "sgd",
                   const OptionValues& outer = average_of("maintain")) {
  return {.program = algorithms::with_compressed_average(base_of<S>(base), outer),
          .topology = topology_of("ring", kWorkers),
          .problem = problem<S>,
          .rates = kRates,
          .weight_decay = 0,
          .compression = codec.compression<S>(0, kStart)};
}

class EveryCodecOfAverages : public ::testing::TestWithParam<CodecVariant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryCodecOfAverages,
                         ::testing::ValuesIn(codecs_of_tensors()),
                         [](const auto& info) { return test_name_of(info.param); });

// x, momentum and error of every worker, and the anchor of all.
class Naive {
 public:
  explicit Naive(const CodecVariant& codec)
      : problem_(problem<double>()),
        layout_(problem_->layout()),
        rows_(layout_, codec.compression<double>(0, kStart)),
        anchor_(layout_.row_size()) {
    problem_->start(0, anchor_);
    x_.assign(kWorkers, anchor_);
    momentum_.assign(kWorkers, std::vector<double>(layout_.row_size()));
    error_ = momentum_;
  }

  const std::vector<std::vector<double>>& step(double lr) {
    for (std::size_t i = 0; i < kWorkers; ++i) {
      each([&](std::size_t k) {
        const auto worker = static_cast<int>(i);
        const double g = problem_->curvature(worker, k) * (x_[i][k] - problem_->center(worker, k));
        momentum_[i][k] = 0.9 * momentum_[i][k] + g;
        x_[i][k] -= lr * momentum_[i][k];
      });
    }
    if ((step_ + 1) % kPeriod == 0) {
      meet();
    }
    ++step_;
    return x_;
  }

 private:
  template <class Visit>
  void each(const Visit& visit) const {
    for (const TensorSlot& slot : layout_.tensors()) {
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        visit(k);
      }
    }
  }

  void meet() {
    std::vector<double> mean(layout_.row_size());
    for (std::size_t i = 0; i < kWorkers; ++i) {
      std::vector<double> way(layout_.row_size());
      each([&](std::size_t k) { way[k] = anchor_[k] - x_[i][k] + error_[i][k]; });
      std::vector<std::byte> message(rows_.message_bytes(step_));
      std::vector<double> decoded(layout_.row_size());
      for (std::size_t t = 0; t < rows_.tensors(); ++t) {
        rows_.encode(t, way.data(), {.worker = static_cast<int>(i), .step = step_}, message.data());
        rows_.decode_add(t, message.data(), step_, 1.0, decoded.data());
      }
      each([&](std::size_t k) {
        error_[i][k] = way[k] - decoded[k];
        mean[k] += decoded[k] / kWorkers;
      });
    }
    each([&](std::size_t k) { anchor_[k] -= mean[k]; });
    x_.assign(kWorkers, anchor_);
  }

  std::unique_ptr<Quadratic<double>> problem_;
  const Layout& layout_;
  codecs::RowCodec<double> rows_;
  std::vector<double> anchor_;
  std::vector<std::vector<double>> x_;
  std::vector<std::vector<double>> momentum_;
  std::vector<std::vector<double>> error_;
  std::int64_t step_ = 0;
};

TEST_P(EveryCodecOfAverages, IsTheListing) {
  const Solo<double> solo(spec_of<double>(GetParam()));
  Naive naive(GetParam());
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
    const std::vector<std::vector<double>>& expected = naive.step(rate);
    for (int i = 0; i < kWorkers; ++i) {
      for (std::size_t k = 0; k < expected.front().size(); ++k) {
        ASSERT_NEAR(solo.engine->model(i)[k], expected[static_cast<std::size_t>(i)][k], 1e-12);
      }
    }
  }
}

TEST_P(EveryCodecOfAverages, GivesTheSameBitsInEveryWorld) {
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const Rows<float> one = run(spec);
  EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}}));
  EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = {1, 3, 1}}));
  EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = {2, 3}, .shares_memory = true}));
}

TEST_P(EveryCodecOfAverages, ResumesToTheSameBits) {
  const TemporaryFolder folder;
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const Solo<float> whole(spec);
  for (std::size_t t = 0; t < kRates.size(); ++t) {
    const checkpoint::CheckpointPlace place{folder.path() / std::to_string(t), "digest", 2};
    ASSERT_TRUE(checkpoint::save_checkpoint(*whole.engine, place));
    ASSERT_TRUE(whole.engine->step(kRates[t]));
  }
  for (const std::size_t stop : {std::size_t{1}, std::size_t{4}, std::size_t{6}}) {
    const checkpoint::CheckpointPlace place{folder.path() / std::to_string(stop), "digest", 2};
    const Solo<float> resumed(spec, 2);
    ASSERT_TRUE(checkpoint::restore_checkpoint(*resumed.engine, place));
    for (std::size_t t = stop; t < kRates.size(); ++t) {
      ASSERT_TRUE(resumed.engine->step(kRates[t]));
    }
    EXPECT_EQ(rows_of(*whole.engine), rows_of(*resumed.engine)) << stop;
    EXPECT_EQ(whole.engine->counters().bytes_sent, resumed.engine->counters().bytes_sent);
  }
}

// Only where an outer step is due: 2 (n - 1) of what can be summed, else n (n - 1) messages.
TEST_P(EveryCodecOfAverages, IsPlannedAsItIsCounted) {
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const Solo<float> solo(spec);
  const Layout& layout = solo.engine->layout();
  const auto parameters = static_cast<std::int64_t>(layout.parameters());
  engine::CommPlan plan(spec.program,
                        spec.topology,
                        parameters,
                        nullptr,
                        {.coded = engine::coded_size(layout, spec.compression, parameters)});
  std::int64_t row = 0;
  for (const TensorSlot& slot : layout.tensors()) {
    row += static_cast<std::int64_t>(payload_by_hand(GetParam(), slot, sizeof(float)));
  }
  const bool sums = GetParam().codec->name == "none" || GetParam().codec->name == "rand-k";
  const bool varies = spec.compression->coding.codec->varies();
  std::int64_t sent = 0;
  for (std::int64_t step = 0; step < 6; ++step) {
    ASSERT_TRUE(solo.engine->step(0.01));
    ASSERT_TRUE(plan.next());
    const std::int64_t whole = step < kStart ? 2 * (kWorkers - 1) * parameters * 4 : 0;
    const std::int64_t coded = (sums ? 2 : kWorkers) * (kWorkers - 1) * row;
    sent += (step + 1) % kPeriod != 0 ? 0 : (whole > 0 ? whole : coded);
    if (varies) {
      ASSERT_LE(solo.engine->counters().bytes_sent, sent);
    } else {
      ASSERT_EQ(solo.engine->counters().bytes_sent, sent) << step;
      ASSERT_EQ(plan.bytes_sent(), sent) << step;
    }
    ASSERT_EQ(plan.messages(), solo.engine->counters().messages);
  }
}

// What leaves nothing out averages, but for rounding.
TEST(CompressedAverage, OfAllEntriesIsTheAverage) {
  const auto codecs = codecs_of_tensors();
  const auto all = std::find_if(codecs.begin(), codecs.end(), [](const CodecVariant& variant) {
    return variant.codec->name == "top-k" && variant.options.number("ratio") == 1;
  });
  ASSERT_NE(all, codecs.end());
  for (const std::string base : {"sgd", "adam", "adamw", "qhm", "qhadam"}) {
    for (const std::string buffers : {"maintain", "reset", "average"}) {
      for (const std::int64_t start : {0, 3}) {
        const OptionValues outer = average_of(buffers, start);
        const Solo<double> encoded(spec_of<double>(*all, base, outer));
        RunSpec<double> plain = spec_of<double>(*all, base, outer);
        plain.compression = nullptr;
        plain.program = algorithms::with_outer(
            base_of<double>(base), *algorithms::find_outer_step("average"), outer, false);
        const Solo<double> average(plain);
        for (const double rate : kRates) {
          ASSERT_TRUE(encoded.engine->step(rate));
          ASSERT_TRUE(average.engine->step(rate));
          for (int i = 0; i < kWorkers; ++i) {
            for (std::size_t k = 0; k < encoded.engine->layout().row_size(); ++k) {
              ASSERT_NEAR(encoded.engine->model(i)[k], average.engine->model(i)[k], 1e-12)
                  << base << " " << buffers << " " << start;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace murmur::testing
