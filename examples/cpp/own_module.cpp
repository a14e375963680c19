// SPDX-License-Identifier: Apache-2.0
// A module of one's own, with batch normalization and dropout: 16 workers on a ring, each of which
// sees mostly two of eight classes, simulated on all cores and evaluated.
#include <cstdint>
#include <cstdio>

#include <murmur/simulation.h>
#include <murmur/torch.h>
#include <torch/torch.h>

namespace {

constexpr int kWorkers = 16;
constexpr std::int64_t kClasses = 8;

struct NetImpl : torch::nn::Module {
  NetImpl() {
    convolution = register_module("convolution", torch::nn::Conv2d(1, 8, 3));
    norm = register_module("norm", torch::nn::BatchNorm2d(8));
    linear = register_module("linear", torch::nn::Linear(8 * 36, kClasses));
  }
  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(norm->forward(convolution->forward(x)));
    x = torch::dropout(x.flatten(1), 0.2, is_training());
    return linear->forward(x);
  }
  torch::nn::Conv2d convolution{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::nn::Linear linear{nullptr};
};
TORCH_MODULE(Net);

// Images of 8 x 8 with a bright row that tells the class. A batch is a function of its seed alone:
// the numbers do not come from torch's default generator.
struct Batch {
  torch::Tensor images;
  torch::Tensor labels;
};
Batch batch_of(std::int64_t seed,
               std::int64_t count,
               std::int64_t first_class,
               std::int64_t classes) {
  at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
  Batch batch{torch::randn({count, 1, 8, 8}, generator),
              torch::randint(first_class, first_class + classes, {count}, generator, torch::kLong) %
                  kClasses};
  for (std::int64_t k = 0; k < count; ++k) {
    batch.images[k][0][batch.labels[k].item<std::int64_t>()] += 1.5;
  }
  return batch;
}

}  // namespace

int main() {
  torch::manual_seed(1);
  const auto loss = [](NetImpl& net, int worker, std::int64_t batch) {
    const Batch own = batch_of(1000 * worker + batch, 16, worker % kClasses, 2);
    return torch::cross_entropy_loss(net.forward(own.images), own.labels);
  };
  const auto score = [](NetImpl& net, std::int64_t part) {
    const Batch test = batch_of(-1 - part, 128, 0, kClasses);
    const torch::Tensor output = net.forward(test.images);
    const auto correct = output.argmax(1).eq(test.labels).sum().item<double>();
    return std::vector<murmur::Sum>{{.name = "correct", .sum = correct, .count = 128}};
  };
  const auto task =
      murmur::torch_task<Net>([] { return Net(); }, loss, {.parts = 2, .score = score});
  murmur::Simulation simulation(task, {.workers = kWorkers, .topology = "ring"});
  for (int step = 0; step < 60; ++step) {
    simulation.step(0.05);
    if (step % 20 == 19) {
      const auto metrics = simulation.evaluate();
      std::printf("step %lld  accuracy: mean of the workers %.3f, of the average %.3f\n",
                  static_cast<long long>(simulation.steps()),
                  metrics.at("eval/accuracy_local_mean"),
                  metrics.at("eval/accuracy_averaged"));
    }
  }
  std::printf("digest %s\n", simulation.digest().c_str());
}
