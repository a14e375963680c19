// SPDX-License-Identifier: Apache-2.0
// murmur::Decentralized among torch's own parts, in one process: clipping, accumulation, saving,
// replaced memory, and what it refuses.
#include <functional>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/sgd.h>
#include <torch/serialize.h>

#include "tests/own_torch_loop/loop.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

DecentralizedOptions sgd(double lr = 0.05) {
  Options method;
  method.algorithm = "sgd";
  method.seed = kSeed;
  return DecentralizedOptions(lr, method);
}

Net plain_net(at::ScalarType type = torch::kFloat) {
  return make_net(0, type);
}

// The models of two loops that do the same work.
void expect_equal(NetImpl& a, NetImpl& b) {
  const auto left = a.parameters();
  const auto right = b.parameters();
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(torch::allclose(left[i], right[i], 1e-6, 1e-7)) << i;
  }
}

TEST(Decentralized, StepsAsSgdDoes) {
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    Net ours = plain_net(type);
    Net theirs = plain_net(type);
    Decentralized optimizer(ours->parameters(), sgd().weight_decay(0.01));
    torch::optim::SGD reference(theirs->parameters(),
                                torch::optim::SGDOptions(0.05).weight_decay(0.01));
    torch::optim::StepLR schedule(optimizer, 4, 0.5);
    torch::optim::StepLR reference_schedule(reference, 4, 0.5);
    for (int step = 0; step < kSteps; ++step) {
      optimizer.zero_grad();
      loss_of(*ours, 0, step).backward();
      torch::nn::utils::clip_grad_norm_(ours->parameters(), 0.5);
      optimizer.step();
      schedule.step();
      reference.zero_grad();
      loss_of(*theirs, 0, step).backward();
      torch::nn::utils::clip_grad_norm_(theirs->parameters(), 0.5);
      reference.step();
      reference_schedule.step();
    }
    expect_equal(*ours, *theirs);
    EXPECT_EQ(optimizer.steps(), kSteps);
  }
}

// Gradients are zeroed in place or dropped, of one backward pass or of several.
TEST(Decentralized, TakesTheSumOfSeveralPasses) {
  Net ours = plain_net();
  Net theirs = plain_net();
  Decentralized optimizer(*ours, sgd());
  torch::optim::SGD reference(theirs->parameters(), torch::optim::SGDOptions(0.05));
  for (int step = 0; step < 4; ++step) {
    for (Net* const net : {&ours, &theirs}) {
      for (const at::Tensor& parameter : (*net)->parameters()) {
        if (step % 2 == 0) {
          parameter.mutable_grad() = at::Tensor();
        } else {
          parameter.mutable_grad().zero_();
        }
      }
      loss_of(**net, 0, 2 * step).backward();
      loss_of(**net, 0, 2 * step + 1).backward();
    }
    optimizer.step();
    reference.step();
  }
  expect_equal(*ours, *theirs);
}

// Gradients that are transposed, of other parameters too, or the memory of the model itself.
TEST(Decentralized, TakesGradientsOfAnyMemory) {
  at::Tensor square = torch::arange(9, torch::kFloat).view({3, 3}).clone().requires_grad_();
  at::Tensor row = torch::ones({40}).requires_grad_();
  Decentralized optimizer({square, row}, sgd(0.5));
  square.mutable_grad() = torch::arange(9, torch::kFloat).view({3, 3}).t();
  row.mutable_grad() = row.detach();
  const at::Tensor expected = square.detach() - 0.5 * square.grad();
  optimizer.step();
  EXPECT_TRUE(torch::equal(square, expected));
  EXPECT_TRUE(torch::equal(row, torch::full({40}, 0.5)));
}

TEST(Decentralized, CallsAClosureWithGradients) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd());
  const torch::NoGradGuard no_gradients;
  const at::Tensor loss = optimizer.step([&] {
    optimizer.zero_grad();
    at::Tensor computed = loss_of(*net, 0, 0);
    computed.backward();
    return computed;
  });
  EXPECT_GT(loss.item<double>(), 0);
  EXPECT_FALSE(at::GradMode::is_enabled());
  EXPECT_EQ(optimizer.steps(), 1);
}

TEST(Decentralized, GoesOnFromASavedState) {
  const LoopSetting setting{.name = "saved", .dropout = 0.3};
  Net whole = make_net(0.3, torch::kFloat);
  const auto optimizer = make_optimizer(setting, whole);
  train(*optimizer, *whole, 3);
  std::stringstream state;
  torch::save(*optimizer, state);
  train(*optimizer, *whole, 3);

  Net resumed = make_net(0.3, torch::kFloat, 99);
  const auto other = make_optimizer(setting, resumed);
  torch::load(*other, state);
  EXPECT_EQ(other->steps(), 3);
  train(*other, *resumed, 3);
  EXPECT_EQ(other->digest(), optimizer->digest());
  EXPECT_TRUE(torch::equal(resumed->norm->running_mean, whole->norm->running_mean));
}

TEST(Decentralized, GivesTheMemoryBack) {
  Net net = plain_net();
  at::Tensor inside;
  {
    Decentralized optimizer(*net, sgd());
    loss_of(*net, 0, 0).backward();
    optimizer.step();
    inside = net->last->weight.detach().clone();
  }
  EXPECT_TRUE(torch::equal(net->last->weight, inside));
  loss_of(*net, 0, 1).backward();
}

TEST(Decentralized, TakesOverMemoryThatIsReplaced) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd());
  net->last->weight.set_data(torch::ones({4, 16}));
  loss_of(*net, 0, 0).backward();
  const at::Tensor gradient = net->last->weight.grad().clone();
  optimizer.step();
  EXPECT_TRUE(torch::allclose(net->last->weight, 1 - 0.05 * gradient));
  net->last->weight.set_data(torch::ones({4, 16}, torch::kDouble));
  EXPECT_THAT(error_of([&] { optimizer.step(); }),
              AllOf(HasSubstr("'last.weight' was replaced"), HasSubstr("Double")));
}

TEST(Decentralized, SaysWhichGradientIsMissingOrWrong) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd());
  EXPECT_THAT(error_of([&] { optimizer.step(); }),
              AllOf(HasSubstr("'first.weight', [16, 10] of Float"), HasSubstr("no gradient")));
  Decentralized overlapping(*plain_net(), sgd().overlap(true));
  EXPECT_THAT(error_of([&] { overlapping.step(); }), HasSubstr("step() without backward()"));
}

TEST(Decentralized, RefusesParametersThatItCannotTake) {
  EXPECT_THAT(error_of([&] { Decentralized(std::vector<at::Tensor>{}, sgd()); }),
              HasSubstr("no parameters are given"));
  EXPECT_THAT(error_of([&] { Decentralized({torch::ones({2})}, sgd()); }),
              AllOf(HasSubstr("'0' is [2] of Float"), HasSubstr("require a gradient")));
  const at::Tensor half = torch::ones({2}, torch::kHalf).requires_grad_();
  EXPECT_THAT(error_of([&] { Decentralized({half}, sgd()); }), HasSubstr("[2] of Half"));
  const at::Tensor tensor = torch::ones({2}).requires_grad_();
  EXPECT_THAT(error_of([&] { Decentralized({tensor, tensor}, sgd()); }), HasSubstr("one group"));
}

TEST(Decentralized, RefusesAListThatChanged) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd());
  loss_of(*net, 0, 0).backward();
  optimizer.add_param_group({std::vector<at::Tensor>{torch::ones({2}).requires_grad_()}});
  EXPECT_THAT(error_of([&] { optimizer.step(); }), HasSubstr("make a new optimizer"));
}

TEST(Decentralized, SaysWhatOverlapForbids) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd().overlap(true));
  loss_of(*net, 0, 0).backward();
  torch::nn::utils::clip_grad_norm_(net->parameters(), 1e-3);
  EXPECT_THAT(error_of([&] { optimizer.step(); }), HasSubstr("switch overlap off"));
  EXPECT_THAT(error_of([&] { loss_of(*net, 0, 1).backward(); }), HasSubstr("twice in step 0"));
}

TEST(Decentralized, HasAveragesOfBuffers) {
  Net net = plain_net();
  Decentralized optimizer(*net, sgd());
  train(optimizer, *net, 2);
  const auto buffers = optimizer.average_buffers();
  ASSERT_EQ(buffers.size(), 2);
  EXPECT_TRUE(torch::equal(buffers[0], net->norm->running_mean));
  EXPECT_GT(net->norm->running_mean.abs().sum().item<double>(), 0);
  EXPECT_TRUE(torch::equal(optimizer.average_parameters()[0], net->first->weight));
}

// Two optimizers of different models, and the draws of dropout: of (seed, worker, batch).
TEST(Decentralized, DrawsWhatTheBatchDraws) {
  Net net = make_net(0.3, torch::kFloat);
  Decentralized optimizer(*net, sgd());
  loss_of(*net, 0, 0).backward();
  optimizer.step();
  const at::Tensor drawn = torch::empty({3}).uniform_();
  seed_draws(kSeed, 0, 1);
  EXPECT_TRUE(torch::equal(torch::empty({3}).uniform_(), drawn));
  EXPECT_NE(draws_seed(1, 0, 1), draws_seed(1, 1, 0));
}

}  // namespace
}  // namespace murmur::testing
