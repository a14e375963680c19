// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/models/model.h"
#include "tests/support/encoder_folder.h"

namespace murmur::models {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Settings = std::vector<std::pair<std::string, OptionValue>>;

Result<Network> try_to_make(const std::string& name,
                            const Settings& settings,
                            const ImageShape& input = {3, 32, 32},
                            std::int64_t classes = 10) {
  const Model& model = *find_model(name);
  OptionValues options(model.options);
  for (const auto& [key, value] : settings) {
    options.set(key, value);
  }
  static const murmur::testing::EncoderFolder kEncoder;
  if (model.name == "bert") {
    options.set("folder", kEncoder.path());
  }
  if (model.takes != ExampleKind::kArrays) {
    return make_network(
        model,
        options,
        ExampleForm{.kind = model.takes, .outputs = classes, .vocabulary = classes, .longest = 9});
  }
  return make_network(model, options, input, classes);
}

Network make(const char* name, const ImageShape& input) {
  return try_to_make(name, {}, input).value();
}

std::size_t count(const char* name,
                  const Settings& settings,
                  const ImageShape& input = {3, 32, 32},
                  std::int64_t classes = 10) {
  return layout(try_to_make(name, settings, input, classes).value(), 4).parameters();
}

std::vector<std::string> names_of(const std::vector<Tensor>& tensors) {
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) {
    names.push_back(tensor.name);
  }
  return names;
}

OptionValue integer(std::int64_t value) {
  return value;
}
OptionValue text(const char* value) {
  return std::string(value);
}

TEST(Models, HaveTheParametersOfTheirPapers) {
  EXPECT_EQ(count("logistic", {}, {1, 28, 28}), 7850U);
  EXPECT_EQ(count("mlp", {}, {1, 28, 28}), 101770U);
  EXPECT_EQ(count("lenet", {}, {1, 28, 28}), 61706U);
  EXPECT_EQ(count("lenet", {}), 62006U);
}

TEST(CifarResnet, HasAsManyParametersAsTorchvisions) {
  const auto with = [](std::int64_t depth, std::int64_t width, std::int64_t classes) {
    return count("cifar-resnet",
                 {{"depth", integer(depth)}, {"width", integer(width)}},
                 {3, 32, 32},
                 classes);
  };
  EXPECT_EQ(with(20, 1, 10), 272474U);
  EXPECT_EQ(with(20, 2, 10), 1084586U);
  EXPECT_EQ(with(20, 3, 10), 2436346U);
  EXPECT_EQ(with(20, 1, 100), 278324U);
  EXPECT_EQ(with(20, 2, 100), 1096196U);
  EXPECT_EQ(with(20, 3, 100), 2453716U);
  EXPECT_EQ(with(20, 1, 1000), 336824U);
  EXPECT_EQ(with(20, 2, 1000), 1212296U);
  EXPECT_EQ(with(20, 3, 1000), 2627416U);
  EXPECT_EQ(with(8, 1, 10), 78042U);
  EXPECT_EQ(with(14, 1, 10), 175258U);
  EXPECT_EQ(with(32, 1, 10), 466906U);
  EXPECT_EQ(with(44, 1, 10), 661338U);
  EXPECT_EQ(with(56, 1, 10), 855770U);
  EXPECT_EQ(with(110, 1, 10), 1730714U);
  EXPECT_EQ(count("cifar-resnet", {{"norm", text("group")}}), 272474U);
  EXPECT_EQ(count("cifar-resnet", {{"norm", text("evonorm")}}), 272474U);
  EXPECT_EQ(count("cifar-resnet", {{"norm", text("evonorm-s0")}}), 272826U);
  EXPECT_EQ(count("cifar-resnet", {{"norm", text("none")}}), 270906U);
}

TEST(Resnet, HasAsManyParametersAsTorchvisions) {
  const auto with = [](const char* name, const char* stem, const char* norm, std::int64_t classes) {
    return count(name, {{"stem", text(stem)}, {"norm", text(norm)}}, {3, 32, 32}, classes);
  };
  EXPECT_EQ(count("resnet18", {}, {3, 224, 224}, 1000), 11689512U);
  EXPECT_EQ(count("resnet34", {}, {3, 224, 224}, 1000), 21797672U);
  EXPECT_EQ(count("resnet50", {}, {3, 224, 224}, 1000), 25557032U);
  EXPECT_EQ(with("resnet18", "cifar", "batch", 10), 11173962U);
  EXPECT_EQ(with("resnet34", "cifar", "batch", 10), 21282122U);
  EXPECT_EQ(with("resnet50", "cifar", "batch", 10), 23520842U);
  EXPECT_EQ(with("resnet18", "imagenet", "evonorm-s0", 1000), 11691496U);
  EXPECT_EQ(with("resnet34", "imagenet", "evonorm-s0", 1000), 21801512U);
  EXPECT_EQ(with("resnet50", "imagenet", "evonorm-s0", 1000), 25564648U);
  for (const char* norm : {"group", "evonorm"}) {
    EXPECT_EQ(with("resnet18", "imagenet", norm, 1000), 11689512U) << norm;
    EXPECT_EQ(with("resnet34", "imagenet", norm, 1000), 21797672U) << norm;
    EXPECT_EQ(with("resnet50", "imagenet", norm, 1000), 25557032U) << norm;
  }
}

// As in torchvision's state_dict, num_batches_tracked left out.
TEST(Resnet, NamesItsTensorsLikeTorchvision) {
  const Network deep = make("resnet50", {3, 224, 224});
  const std::vector<std::string> names = names_of(deep.parameters);
  EXPECT_THAT(std::vector(names.begin(), names.begin() + 15),
              ElementsAre("conv1.weight",
                          "bn1.weight",
                          "bn1.bias",
                          "layer1.0.conv1.weight",
                          "layer1.0.bn1.weight",
                          "layer1.0.bn1.bias",
                          "layer1.0.conv2.weight",
                          "layer1.0.bn2.weight",
                          "layer1.0.bn2.bias",
                          "layer1.0.conv3.weight",
                          "layer1.0.bn3.weight",
                          "layer1.0.bn3.bias",
                          "layer1.0.downsample.0.weight",
                          "layer1.0.downsample.1.weight",
                          "layer1.0.downsample.1.bias"));
  EXPECT_EQ(names.size(), 161U);
  EXPECT_EQ(deep.buffers.size(), 2U * 53);
  EXPECT_THAT(names, Not(Contains("layer1.1.downsample.0.weight")));
  const Network shallow = make("resnet18", {3, 224, 224});
  EXPECT_THAT(names_of(shallow.parameters), Not(Contains("layer1.0.downsample.0.weight")));
  EXPECT_THAT(names_of(shallow.parameters), Contains("layer2.0.downsample.1.bias"));
  EXPECT_EQ(shallow.parameters.size(), 62U);
  EXPECT_EQ(make("resnet34", {3, 224, 224}).parameters.size(), 110U);
}

TEST(Vgg11, HasAsManyParametersAsTorchvisions) {
  EXPECT_EQ(count("vgg11", {}), 9750922U);
  const auto linear = [](double width) {
    return count("vgg11", {{"classifier", text("linear")}, {"width", OptionValue(width)}});
  };
  EXPECT_EQ(linear(1), 9225610U);
  EXPECT_EQ(linear(0.5), 2308810U);
  EXPECT_EQ(linear(0.25), 578410U);
}

TEST(Models, NameParametersLikePyTorch) {
  EXPECT_THAT(names_of(make("logistic", {1, 2, 2}).parameters),
              ElementsAre("fc.weight", "fc.bias"));
  EXPECT_THAT(names_of(make("mlp", {1, 2, 2}).parameters),
              ElementsAre("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"));
  EXPECT_THAT(names_of(make("lenet", {1, 28, 28}).parameters),
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
  const Network resnet = make("cifar-resnet", {3, 32, 32});
  for (const char* name : {"conv1.weight",
                           "bn1.weight",
                           "layer1.2.bn2.bias",
                           "layer2.0.downsample.0.weight",
                           "layer2.0.downsample.1.weight",
                           "layer3.2.conv2.weight",
                           "fc.bias"}) {
    EXPECT_THAT(names_of(resnet.parameters), Contains(name));
  }
  EXPECT_THAT(names_of(resnet.buffers), Contains("layer3.0.downsample.1.running_var"));
  EXPECT_EQ(resnet.buffers.size(), 2U * (1 + 18 + 2));
  std::set<std::string> features;
  for (const std::string& name : names_of(make("vgg11", {3, 32, 32}).parameters)) {
    features.insert(name.substr(0, name.rfind('.')));
  }
  EXPECT_THAT(features,
              ElementsAre("classifier.1",
                          "classifier.4",
                          "classifier.6",
                          "features.0",
                          "features.11",
                          "features.13",
                          "features.16",
                          "features.18",
                          "features.3",
                          "features.6",
                          "features.8"));
}

// As in torchvision's vgg11_bn, whose norms and activations count, too.
TEST(Vgg11, NumbersItsModulesLikeTorchvision) {
  const Network batch = try_to_make("vgg11", {{"norm", text("batch")}}).value();
  for (const char* name : {"features.0.weight", "features.1.running_mean", "features.25.weight"}) {
    auto names = names_of(batch.parameters);
    const auto buffers = names_of(batch.buffers);
    names.insert(names.end(), buffers.begin(), buffers.end());
    EXPECT_THAT(names, Contains(name));
  }
  const Network evonorm = try_to_make("vgg11", {{"norm", text("evonorm-s0")}}).value();
  EXPECT_THAT(names_of(evonorm.parameters), Contains("features.1.v"));
  EXPECT_THAT(names_of(evonorm.parameters), Contains("features.18.weight"));
}

TEST(Models, AllFitImagesOfEveryUsualSize) {
  for (const Model& model : models()) {
    EXPECT_EQ(find_model(model.name), &model);
    if (model.takes != ExampleKind::kArrays || model.name == "compiled") {
      continue;
    }
    for (const ImageShape& input : {ImageShape{1, 28, 28}, {3, 32, 32}, {1, 64, 48}, {3, 20, 20}}) {
      const auto network = make_network(model, OptionValues(model.options), input, 7);
      ASSERT_EQ(static_cast<bool>(network),
                input[1] >= model.smallest_rows && input[2] >= model.smallest_columns)
          << model.name;
      if (network) {
        EXPECT_EQ(network.value().head.back().outputs, 7);
      }
    }
  }
  EXPECT_EQ(find_model("no such thing"), nullptr);
}

void expect_refusal(const Result<Network>& network, const char* words) {
  ASSERT_FALSE(network);
  EXPECT_EQ(network.failure().kind, FailureKind::kInvalid);
  EXPECT_THAT(network.failure().message, HasSubstr(words));
}

TEST(Models, SayWhichImagesTheyCannotTake) {
  expect_refusal(try_to_make("lenet", {}, {1, 1, 784}),
                 "'lenet' does not fit images of 1 x 1 x 784");
  expect_refusal(try_to_make("lenet", {}, {1, 11, 12}), "the smallest that it takes have 12 x 12");
  EXPECT_TRUE(try_to_make("lenet", {}, {1, 12, 12}));
  expect_refusal(try_to_make("vgg11", {}, {3, 32, 31}), "have 32 x 32");
}

TEST(Models, SayWhichOptionsDoNotFit) {
  expect_refusal(try_to_make("cifar-resnet", {{"depth", integer(21)}}), "nearest are 20 and 26");
  expect_refusal(try_to_make("cifar-resnet", {{"depth", integer(2)}}), "nearest are 8 and 14");
  expect_refusal(try_to_make("cifar-resnet", {{"norm", text("group")}, {"groups", integer(3)}}),
                 "model.groups = 3 does not divide 16 channels");
  EXPECT_TRUE(try_to_make("cifar-resnet", {{"groups", integer(3)}}));
  expect_refusal(try_to_make("cifar-resnet", {{"norm", text("evonorm")}, {"width", integer(3)}}),
                 "do not divide 48 channels");
  EXPECT_TRUE(try_to_make("cifar-resnet", {{"norm", text("evonorm-s0")}, {"width", integer(3)}}));
  expect_refusal(try_to_make("resnet50", {{"norm", text("group")}, {"groups", integer(48)}}),
                 "model.groups = 48 does not divide 64 channels");
  expect_refusal(try_to_make("vgg11", {{"norm", text("group")}, {"width", OptionValue(0.25)}}),
                 "model.groups = 32 does not divide 16 channels");
  expect_refusal(try_to_make("vgg11", {{"width", OptionValue(0.3)}}), "multiple of 1/64");
}

TEST(Models, TakeTheirOptions) {
  const Settings two{{"hidden", OptionValue(std::vector<std::int64_t>{7, 5})}};
  const Network network = try_to_make("mlp", two, {1, 1, 3}, 2).value();
  EXPECT_EQ(layout(network, 8).parameters(), 3U * 7 + 7 + 7 * 5 + 5 + 5 * 2 + 2);
  const Settings none{{"hidden", OptionValue(std::vector<std::int64_t>{})}};
  EXPECT_EQ(try_to_make("mlp", none, {1, 1, 3}, 2).value().parameters.size(), 2U);
}

// The names in a description are distinct, and the head's tensors are the last ones.
TEST(Networks, EndWithTheirHead) {
  for (const Model& model : models()) {
    if (model.name == "compiled") {
      continue;  // it has none
    }
    const Network network = make(model.name.c_str(), {1, 32, 32});
    const auto names = names_of(network.parameters);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    EXPECT_EQ(network.has_body, network.body_parameters() > 0) << model.name;
    std::size_t next = network.body_parameters();
    for (const Linear& linear : network.head) {
      EXPECT_THAT(network.parameters[next].shape, ElementsAre(linear.outputs, linear.inputs));
      EXPECT_THAT(network.parameters[next + 1].shape, ElementsAre(linear.outputs));
      EXPECT_TRUE(network.parameters[next + 1].has_one_axis());
      next += 2;
    }
    EXPECT_EQ(next, network.parameters.size());
  }
}

struct Moments {
  double mean = 0;
  double square = 0;
  double largest = 0;
};

Moments moments(const std::vector<double>& row, const TensorSlot& slot) {
  Moments found;
  for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
    found.mean += row[k] / static_cast<double>(slot.size);
    found.square += row[k] * row[k] / static_cast<double>(slot.size);
    found.largest = std::max(found.largest, std::abs(row[k]));
  }
  return found;
}

// As described: constants exactly, others by their mean and variance.
TEST(Networks, StartAsTheyAreDescribed) {
  for (const Model& model : models()) {
    if (model.name == "resnet34" || model.name == "resnet50" || model.name == "compiled") {
      continue;  // twice resnet18; from a file
    }
    const Network network = make(model.name.c_str(), {1, 32, 32});
    const Layout row = layout(network, 8);
    std::vector<double> x(row.row_size(), 0.0);
    start<double>(network, row, 3, x);
    for (std::size_t i = 0; i < network.parameters.size(); ++i) {
      const TensorSlot& slot = row.tensors()[i];
      const Initial& initial = network.parameters[i].start;
      const Moments found = moments(x, slot);
      if (initial.distribution == Initial::Distribution::kConstant) {
        EXPECT_EQ(found.mean, initial.scale) << slot.name;
        EXPECT_EQ(found.square, initial.scale * initial.scale) << slot.name;
        continue;
      }
      const bool uniform = initial.distribution == Initial::Distribution::kUniform;
      const double deviation = uniform ? initial.scale / std::sqrt(3.0) : initial.scale;
      const double share = 1 / std::sqrt(static_cast<double>(slot.size));
      EXPECT_LE(std::abs(found.mean), 5 * deviation * share) << slot.name;
      EXPECT_NEAR(found.square, deviation * deviation, 8 * deviation * deviation * share)
          << slot.name;
      if (uniform) {
        EXPECT_LE(found.largest, initial.scale) << slot.name;
      }
    }
  }
}

const Tensor& tensor_of(const Network& network, const std::string& name) {
  return *std::find_if(network.parameters.begin(),
                       network.parameters.end(),
                       [&](const Tensor& tensor) { return tensor.name == name; });
}

TEST(Networks, StartAsTheirPapersSay) {
  const Network lenet = make("lenet", {1, 28, 28});
  EXPECT_DOUBLE_EQ(tensor_of(lenet, "conv2.weight").start.scale, 1 / std::sqrt(150.0));
  EXPECT_DOUBLE_EQ(tensor_of(lenet, "conv2.bias").start.scale, 1 / std::sqrt(150.0));
  EXPECT_DOUBLE_EQ(tensor_of(lenet, "fc3.bias").start.scale, 1 / std::sqrt(84.0));
  const Network resnet = make("cifar-resnet", {3, 32, 32});
  const Initial conv = tensor_of(resnet, "layer2.0.conv1.weight").start;
  EXPECT_EQ(conv.distribution, Initial::Distribution::kNormal);
  EXPECT_DOUBLE_EQ(conv.scale, std::sqrt(2.0 / (9 * 32)));
  EXPECT_DOUBLE_EQ(tensor_of(resnet, "layer2.0.downsample.0.weight").start.scale,
                   std::sqrt(2.0 / 32));
  EXPECT_EQ(tensor_of(resnet, "layer2.0.bn2.weight").start.scale, 1);
  EXPECT_DOUBLE_EQ(tensor_of(resnet, "fc.bias").start.scale, 1.0 / 8);
  const Network evonorm = try_to_make("cifar-resnet", {{"norm", text("evonorm-s0")}}).value();
  EXPECT_EQ(tensor_of(evonorm, "layer2.0.bn2.weight").start.scale, 0);
  EXPECT_EQ(tensor_of(evonorm, "layer2.0.downsample.1.weight").start.scale, 1);
  EXPECT_EQ(tensor_of(evonorm, "layer2.0.bn1.v").start.scale, 1);
  const Network deep = make("resnet50", {3, 32, 32});
  EXPECT_DOUBLE_EQ(tensor_of(deep, "conv1.weight").start.scale, std::sqrt(2.0 / (49 * 64)));
  EXPECT_DOUBLE_EQ(tensor_of(deep, "layer1.0.conv3.weight").start.scale, std::sqrt(2.0 / 256));
  EXPECT_DOUBLE_EQ(tensor_of(deep, "fc.weight").start.scale, 1 / std::sqrt(2048.0));
  const Network closed = try_to_make("resnet50", {{"norm", text("evonorm-s0")}}).value();
  EXPECT_EQ(tensor_of(closed, "layer1.0.bn3.weight").start.scale, 0);
  EXPECT_EQ(tensor_of(closed, "layer1.0.bn2.v").start.scale, 1);
  const Network vgg = make("vgg11", {3, 32, 32});
  EXPECT_DOUBLE_EQ(tensor_of(vgg, "features.3.weight").start.scale, std::sqrt(2.0 / (9 * 128)));
  EXPECT_DOUBLE_EQ(tensor_of(vgg, "features.3.bias").start.scale, 1 / std::sqrt(9.0 * 64));
}

TEST(Networks, StartBuffersWithMeanZeroAndVarianceOne) {
  const Network network = make("cifar-resnet", {3, 32, 32});
  const Layout row = buffer_layout(network, 4);
  std::vector<float> buffers(row.row_size(), 0.0F);
  start_buffers<float>(network, row, buffers);
  for (const TensorSlot& slot : row.tensors()) {
    const float expected = slot.name.ends_with("running_var") ? 1.0F : 0.0F;
    EXPECT_EQ(buffers[slot.offset], expected) << slot.name;
    EXPECT_EQ(buffers[slot.offset + slot.size - 1], expected) << slot.name;
  }
}

// A tensor's values depend on its place alone: a wider network has other sizes before it, and at
// another place a tensor of the same size has others.
TEST(Networks, StartEveryTensorByItsPlace) {
  const Network narrow = make("cifar-resnet", {3, 32, 32});
  const Network wide = try_to_make("cifar-resnet", {{"width", integer(2)}}).value();
  const Layout first = layout(narrow, 8);
  const Layout second = layout(wide, 8);
  std::vector<double> x(first.row_size(), 0.0);
  std::vector<double> y(second.row_size(), 0.0);
  start<double>(narrow, first, 3, x);
  start<double>(wide, second, 3, y);
  const std::size_t i = 3;
  ASSERT_EQ(first.tensors()[i].name, "layer1.0.conv1.weight");
  EXPECT_DOUBLE_EQ(x[first.tensors()[i].offset], y[second.tensors()[i].offset] * std::sqrt(2.0));
  const std::size_t j = i + 3;
  ASSERT_EQ(first.tensors()[j].name, "layer1.0.conv2.weight");
  EXPECT_NE(x[first.tensors()[i].offset], x[first.tensors()[j].offset]);
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
