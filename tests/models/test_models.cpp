// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/models/model.h"

namespace murmur::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Network make(const char* name, const ImageShape& input) {
  const Model& model = *find_model(name);
  return make_network(model, OptionValues(model.options), input, 10).value();
}

std::vector<std::string> names_of(const Network& network) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters(network)) {
    names.push_back(parameter.name);
  }
  return names;
}

TEST(Models, HaveTheParametersOfTheirPapers) {
  EXPECT_EQ(layout(make("logistic", {1, 28, 28}), 4).parameters(), 7850U);
  EXPECT_EQ(layout(make("mlp", {1, 28, 28}), 4).parameters(), 101770U);
  EXPECT_EQ(layout(make("lenet", {1, 28, 28}), 4).parameters(), 61706U);
  EXPECT_EQ(layout(make("lenet", {3, 32, 32}), 4).parameters(), 62006U);
}

TEST(Models, NameParametersLikePyTorch) {
  EXPECT_THAT(names_of(make("logistic", {1, 2, 2})), ElementsAre("fc.weight", "fc.bias"));
  EXPECT_THAT(names_of(make("mlp", {1, 2, 2})),
              ElementsAre("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"));
  EXPECT_THAT(names_of(make("lenet", {1, 28, 28})),
              ElementsAre("conv1.weight",
                          "conv1.bias",
                          "conv2.weight",
                          "conv2.bias",
                          "fc1.weight",
                          "fc1.bias",
                          "fc2.weight",
                          "fc2.bias",
                          "fc3.weight",
                          "fc3.bias"));
}

TEST(Models, AllFitImagesOfEveryUsualSize) {
  for (const Model& model : models()) {
    EXPECT_EQ(find_model(model.name), &model);
    for (const ImageShape& input : {ImageShape{1, 28, 28}, {3, 32, 32}, {1, 64, 48}, {3, 20, 20}}) {
      const auto network = make_network(model, OptionValues(model.options), input, 7);
      ASSERT_TRUE(network) << model.name << ": " << network.failure().message;
      EXPECT_EQ(shapes(network.value()).value().back(), (ImageShape{7, 1, 1}));
    }
  }
  EXPECT_EQ(find_model("no such thing"), nullptr);
}

TEST(Models, SayWhichImagesTheyCannotTake) {
  const Model& model = *find_model("lenet");
  const auto network = make_network(model, OptionValues(model.options), {1, 1, 784}, 10);
  ASSERT_FALSE(network);
  EXPECT_EQ(network.failure().kind, FailureKind::kInvalid);
  EXPECT_THAT(network.failure().message, HasSubstr("'lenet' does not fit images of 1 x 1 x 784"));
}

TEST(Models, TakeTheirOptions) {
  const Model& model = *find_model("mlp");
  OptionValues options(model.options);
  options.set("hidden", std::vector<std::int64_t>{7, 5});
  const Network network = make_network(model, options, {1, 1, 3}, 2).value();
  EXPECT_EQ(layout(network, 8).parameters(), 3U * 7 + 7 + 7 * 5 + 5 + 5 * 2 + 2);
  options.set("hidden", std::vector<std::int64_t>{});
  EXPECT_EQ(parameters(make_network(model, options, {1, 1, 3}, 2).value()).size(), 2U);
}

TEST(Networks, CoverTheRowByTheRangesOfTheirLayers) {
  for (const Model& model : models()) {
    const Network network = make(model.name.c_str(), {1, 28, 28});
    for (const std::size_t scalar_bytes : {4U, 8U}) {
      const Layout row = layout(network, scalar_bytes);
      std::size_t covered = 0;
      for (std::size_t i = 0; i < network.layers.size(); ++i) {
        if (const auto range = layer_range(network, row, i)) {
          EXPECT_EQ(range->begin, covered);
          EXPECT_GT(range->end, range->begin);
          covered = range->end;
        }
      }
      EXPECT_EQ(covered, row.row_size()) << model.name;
    }
  }
}

// Uniform in +-1 / sqrt(fan_in) for weights and biases, as in PyTorch's linear and conv2d.
TEST(Networks, StartAsPyTorchDoes) {
  for (const Model& model : models()) {
    const Network network = make(model.name.c_str(), {1, 28, 28});
    const Layout row = layout(network, 8);
    std::vector<double> x(row.row_size(), 0.0);
    start<double>(network, row, 3, x);
    const auto all = parameters(network);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const TensorSlot& slot = row.tensors()[i];
      const std::int64_t fan_in =
          i % 2 == 0 ? static_cast<std::int64_t>(slot.size) / slot.shape[0]
                     : static_cast<std::int64_t>(row.tensors()[i - 1].size) / slot.shape[0];
      const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
      double sum = 0;
      double squares = 0;
      for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
        ASSERT_LE(std::abs(x[k]), bound) << slot.name;
        sum += x[k];
        squares += x[k] * x[k];
      }
      const auto count = static_cast<double>(slot.size);
      const double deviation = bound / std::sqrt(3.0);
      EXPECT_LE(std::abs(sum / count), 5 * deviation / std::sqrt(count)) << slot.name;
      EXPECT_NEAR(
          squares / count, deviation * deviation, 5 * deviation * deviation / std::sqrt(count))
          << slot.name;
    }
  }
}

TEST(Networks, StartAloneBySeedAndRoundedInFloat) {
  const Network network = make("mlp", {1, 4, 4});
  const Layout narrow = layout(network, 4);
  const Layout wide = layout(network, 8);
  std::vector<float> x(narrow.row_size(), 0.0F);
  std::vector<float> other(narrow.row_size(), 0.0F);
  std::vector<double> exact(wide.row_size(), 0.0);
  start<float>(network, narrow, 3, x);
  start<float>(network, narrow, 4, other);
  start<double>(network, wide, 3, exact);
  EXPECT_NE(x, other);
  std::size_t padding = x.size();
  for (std::size_t i = 0; i < narrow.tensors().size(); ++i) {
    const TensorSlot& slot = narrow.tensors()[i];
    padding -= slot.size;
    for (std::size_t k = 0; k < slot.size; ++k) {
      EXPECT_EQ(x[slot.offset + k], static_cast<float>(exact[wide.tensors()[i].offset + k]));
    }
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(x.begin(), x.end(), 0.0F)), padding);
}

}  // namespace
}  // namespace murmur::models
