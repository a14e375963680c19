// SPDX-License-Identifier: Apache-2.0
// A plain training loop of PyTorch, with batch normalization, dropout, clipping and a schedule.
// What murmur adds are two lines; the workers are the processes of mpirun:
//
//   mpirun -n 4 own_loop
//
// Every worker has data of its own: points of a spiral whose arm it knows best.
#include <cmath>
#include <cstdint>
#include <cstdio>

#include <murmur/torch/decentralized.h>
#include <torch/torch.h>

struct NetImpl : torch::nn::Module {
  NetImpl()
      : first(register_module("first", torch::nn::Linear(2, 64))),
        norm(register_module("norm", torch::nn::BatchNorm1d(64))),
        drop(register_module("drop", torch::nn::Dropout(0.1))),
        last(register_module("last", torch::nn::Linear(64, 3))) {}

  torch::Tensor forward(const torch::Tensor& x) { return last(drop(torch::relu(norm(first(x))))); }

  torch::nn::Linear first;
  torch::nn::BatchNorm1d norm;
  torch::nn::Dropout drop;
  torch::nn::Linear last;
};
TORCH_MODULE(Net);

struct Batch {
  torch::Tensor x;
  torch::Tensor y;
};

// Shuffling and noise have a generator of their own: torch's default one is the model's.
Batch draw(int worker, std::int64_t batch) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(
      static_cast<std::uint64_t>(worker) * 1'000'003U + static_cast<std::uint64_t>(batch));
  const auto arms = torch::randint(3, {32}, generator, torch::kLong);
  const auto own = torch::empty({32}).uniform_(0, 1, generator) < 0.5;
  const auto y = torch::where(own, torch::full_like(arms, worker % 3), arms);
  const auto r = torch::empty({32}).uniform_(0, 1, generator);
  const auto angle = 4 * r + 2.0944 * y + 0.2 * torch::randn({32}, generator);
  return {torch::stack({r * torch::cos(angle), r * torch::sin(angle)}, 1), y};
}

int main() {
  constexpr int kSteps = 300;
  torch::set_num_threads(1);
  torch::manual_seed(1);
  Net net;
  murmur::Decentralized optimizer(*net, murmur::DecentralizedOptions(0.1));
  torch::optim::StepLR schedule(optimizer, 100, 0.5);

  double loss_sum = 0;
  for (int step = 0; step < kSteps; ++step) {
    const Batch batch = draw(optimizer.rank(), step);
    optimizer.zero_grad();
    const auto loss = torch::nn::functional::cross_entropy(net->forward(batch.x), batch.y);
    loss.backward();
    torch::nn::utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
    schedule.step();
    loss_sum = step < kSteps - 50 ? 0 : loss_sum + loss.item<double>();
  }
  const double distance = optimizer.consensus_distance();
  const std::string digest = optimizer.digest();
  if (optimizer.rank() == 0) {
    std::printf("%d workers: loss %.2f, consensus distance %.1e, digest %s\n",
                optimizer.size(),
                loss_sum / 50,
                distance,
                digest.c_str());
  }
  return 0;
}
