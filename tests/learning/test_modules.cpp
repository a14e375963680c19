// SPDX-License-Identifier: Apache-2.0
// Modules and rows: bodies have the tensors of their descriptions, and a module on rows computes as
// the module alone does.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <murmur/torch/module_rows.h>
#include <torch/torch.h>

#include "murmur/learning/matmul.h"
#include "murmur/learning/torch/models/module.h"
#include "murmur/models/model.h"
#include "tests/learning/small_problems.h"

namespace murmur::learning::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A copy of each with that option set.
void also(std::vector<OptionValues>& all, const std::string& option, const OptionValue& value) {
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(all[i]);
    all.back().set(option, value);
  }
}

// Every combination of the choices of a model's options, and of two depths and widths; statistics
// are the same tensors wherever they travel.
std::vector<OptionValues> combinations(const models::Model& model) {
  std::vector<OptionValues> all{OptionValues(model.options)};
  const OptionValue wide = std::int64_t{2};
  const OptionValue narrow = 0.5;
  const OptionValue shallow = std::int64_t{8};
  for (const OptionInfo& option : model.options) {
    if (option.name == "statistics") {
      continue;
    }
    if (option.name == "depth") {
      also(all, option.name, shallow);
    }
    if (option.name == "width") {
      also(all, option.name, std::holds_alternative<double>(option.fallback) ? narrow : wide);
    }
    const std::vector<OptionValues> before = all;
    for (const std::string& choice : option.choices) {
      std::vector<OptionValues> chosen = before;
      for (OptionValues& values : chosen) {
        values.set(option.name, choice);
      }
      all.insert(all.end(), chosen.begin(), chosen.end());
    }
  }
  return all;
}

template <class Named>
void expect_tensors(const Named& named, std::span<const models::Tensor> described) {
  std::size_t next = 0;
  for (const auto& item : named) {
    if (!item.value().is_floating_point()) {
      continue;
    }
    ASSERT_LT(next, described.size()) << item.key();
    EXPECT_EQ(item.key(), described[next].name);
    EXPECT_EQ(item.value().sizes(), at::IntArrayRef(described[next].shape)) << item.key();
    ++next;
  }
  EXPECT_EQ(next, described.size());
}

TEST(Modules, HaveTheTensorsOfTheirDescriptions) {
  compute_alone();
  for (const models::Model& model : models::models()) {
    if (model.takes != ExampleKind::kArrays || model.name == "compiled") {
      continue;
    }
    const ImageShape input{3, std::max<std::int64_t>(model.smallest_rows, 8), 40};
    for (const OptionValues& options : combinations(model)) {
      const auto network = models::make_network(model, options, input, 10);
      ASSERT_TRUE(network) << network.failure().message;
      const models::Network& described = network.value();
      if (!described.has_body) {
        continue;
      }
      const auto module = make_body_module(described);
      expect_tensors(module->named_parameters(),
                     std::span(described.parameters).first(described.body_parameters()));
      expect_tensors(module->named_buffers(), described.buffers);
      const torch::NoGradGuard guard;
      module->eval();
      EXPECT_THAT(module->forward(torch::zeros({2, 3, input[1], 40})).sizes(),
                  ElementsAre(2, described.features()))
          << model.name;
    }
  }
}

// A user's module: a weight that is used twice, a buffer that training changes, and an integer.
struct UserModule : torch::nn::Module {
  UserModule()
      : first(register_parameter("first", torch::full({3}, 9.0))),
        second(register_parameter("second", torch::full({3}, 9.0))),
        seen(register_buffer("seen", torch::full({2}, 5.0))),
        count(register_buffer("count", torch::zeros({}, torch::kLong))) {}

  at::Tensor forward(const at::Tensor& x) {
    if (is_training()) {
      seen += 1;
      count += 1;
    }
    return (x * first * second * first).sum();
  }

  at::Tensor first, second, seen, count;
};

const std::vector<Parameter> kPlaces{{"first", {3}, 0, 3}, {"second", {3}, 16, 3}};
const std::vector<Parameter> kSeen{{"seen", {2}, 0, 2}};

TEST(ModuleRows, ComputesOnTheRowsThatItIsBoundTo) {
  const auto module = std::make_shared<UserModule>();
  ModuleRows<float> rows(module, kPlaces, kSeen);
  const at::Tensor x = torch::tensor({1.0F, 2.0F, 3.0F});
  for (const float scale : {1.0F, 2.0F}) {
    Row<float> model(32);
    Row<float> gradient(32);
    Row<float> buffers(16);
    std::fill(gradient.data(), gradient.data() + 32, 7.0F);
    for (std::size_t k = 0; k < 3; ++k) {
      model[k] = scale;
      model[16 + k] = 10 * scale;
    }
    buffers[0] = 3;
    rows.bind(model.data(), buffers.data(), true);
    std::vector<std::size_t> order;
    const at::Tensor loss = module->forward(x);
    EXPECT_EQ(loss.item<float>(), 6 * scale * scale * 10 * scale);
    rows.backward(
        loss, {}, gradient.data(), [&](std::size_t parameter) { order.push_back(parameter); });
    EXPECT_THAT(order, ElementsAre(1, 0));
    for (std::size_t k = 0; k < 3; ++k) {
      const auto value = static_cast<float>(k + 1);
      EXPECT_EQ(gradient[k], 2 * value * scale * 10 * scale);
      EXPECT_EQ(gradient[16 + k], value * scale * scale);
    }
    EXPECT_EQ(std::count(gradient.data(), gradient.data() + 32, 0.0F), 26);
    EXPECT_EQ(buffers[0], 4);
    rows.bind(model.data(), buffers.data(), false);
    module->forward(x);
    EXPECT_EQ(buffers[0], 4);
    rows.bind(model.data(), nullptr, true);
    module->forward(x);
    EXPECT_EQ(module->seen[0].item<float>(), 6) << "the initial buffer, once more";
    EXPECT_EQ(buffers[0], 4);
    EXPECT_FALSE(module->first.grad().defined());
  }
}

TEST(ModuleRows, RefusesParametersThatItCannotServe) {
  const auto refusal = [](const std::vector<Parameter>& places) -> std::string {
    try {
      const ModuleRows<float> rows(std::make_shared<UserModule>(), places, kSeen);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(refusal(kPlaces), "none");
  EXPECT_THAT(refusal({kPlaces[0]}), HasSubstr("'second' is one too many"));
  EXPECT_THAT(refusal({kPlaces[1], kPlaces[0]}), HasSubstr("'first' is not 'second'"));
  EXPECT_THAT(refusal({kPlaces[0], {"second", {4}, 16, 4}}), HasSubstr("another shape"));
  EXPECT_THAT(refusal({kPlaces[0], kPlaces[1], {"third", {1}, 32, 1}}),
              HasSubstr("no parameter 'third'"));
}

TEST(ModuleRows, SaysWhichParameterGetsNoGradient) {
  const auto module = std::make_shared<UserModule>();
  ModuleRows<float> rows(module, kPlaces, kSeen);
  Row<float> model(32);
  Row<float> gradient(32);
  rows.bind(model.data(), nullptr, true);
  try {
    rows.backward(module->second.sum(), {}, gradient.data(), {});
    FAIL() << "the first parameter has no gradient";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'first' gets no gradient"));
  }
}

TEST(Modules, LeaveTheGradModeAsItWas) {
  const auto problem = make<float>(small_settings("cifar-resnet batch"));
  Row<float> x = start_of(*problem);
  Row<float> g(problem->layout().row_size());
  for (const bool enabled : {true, false}) {
    const torch::AutoGradMode mode(enabled);
    gradient(*problem, 0, 0, x, g);
    EXPECT_EQ(torch::GradMode::is_enabled(), enabled);
    problem->score(x.data(), 0, 0);
    EXPECT_EQ(torch::GradMode::is_enabled(), enabled);
  }
}

TEST(Dropout, DropsTheShareAndKeepsTheMean) {
  const Random draws(1, Stream::kDropout, 3, 4);
  const at::Tensor ones = torch::ones({100, 100});
  const at::Tensor dropped = drop(ones, 0.25, &draws, 0);
  EXPECT_NEAR(dropped.eq(0).to(torch::kFloat).mean().item<double>(), 0.25, 0.02);
  EXPECT_NEAR(dropped.max().item<double>(), 4.0 / 3, 1e-6);
  EXPECT_TRUE(dropped.equal(drop(ones, 0.25, &draws, 0)));
  EXPECT_FALSE(dropped.equal(drop(ones, 0.25, &draws, 1)));
  const Random next(1, Stream::kDropout, 3, 5);
  EXPECT_FALSE(dropped.equal(drop(ones, 0.25, &next, 0)));
  EXPECT_TRUE(ones.equal(drop(ones, 0.25, nullptr, 0)));
  const at::Tensor wide = drop(ones.to(torch::kDouble), 0.25, &draws, 0);
  EXPECT_TRUE(wide.eq(0).equal(dropped.eq(0)));
}

TEST(Dropout, IsAFunctionOfSeedWorkerAndBatch) {
  SupervisedSettings settings = small_settings("vgg11 none");
  const auto problem = make<double>(settings);
  settings.seed = 2;
  const auto other_seed = make<double>(settings);
  Row<double> x = start_of(*problem);
  Row<double> g(problem->layout().row_size());
  const double loss = gradient(*problem, 0, 0, x, g);
  EXPECT_EQ(gradient(*problem, 0, 0, x, g), loss);
  EXPECT_NE(gradient(*other_seed, 0, 0, x, g), loss);
  EXPECT_EQ(problem->score(x.data(), 0, 0).of(problems::kLoss).sum,
            other_seed->score(x.data(), 0, 0).of(problems::kLoss).sum);
}

}  // namespace
}  // namespace murmur::learning::testing
