// SPDX-License-Identifier: Apache-2.0
// Least squares with gradients by hand: 16 workers on a ring, each with the measurements of its own
// part of the line, so that none can find the answer alone. No torch.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include <murmur/simulation.h>

namespace {

constexpr int kWorkers = 16;
constexpr int kBatch = 8;

// Measurement k of a worker: y = 3 - 2 u with a disturbance, at a place u near the worker's own.
std::array<float, 2> measurement(int worker, std::int64_t k) {
  const float u = (float(worker) + 0.1F * float(k % 7)) / kWorkers;
  return {u, 3 - 2 * u + 0.1F * std::sin(12.9F * float(k + 31 * worker))};
}

// The model y = b + w u has two tensors, each of a single number.
murmur::Task least_squares() {
  murmur::Task task;
  task.parameters = murmur::placed<float>({{.name = "b", .shape = {}}, {.name = "w", .shape = {}}});
  const std::size_t b = task.parameters[0].offset;
  const std::size_t w = task.parameters[1].offset;
  task.start = [=](int /*worker*/, float* row, float* /*buffers*/) { row[b] = row[w] = 0; };
  task.gradient = [=](const murmur::Gradient& g) {
    g.gradient[b] = g.gradient[w] = 0;
    double loss = 0;
    for (std::int64_t k = g.batch * kBatch; k < (g.batch + 1) * kBatch; ++k) {
      const auto [u, y] = measurement(g.worker, k);
      const float error = g.x[b] + g.x[w] * u - y;
      g.gradient[b] += 2 * error / kBatch;
      g.gradient[w] += 2 * error * u / kBatch;
      loss += error * error / kBatch;
    }
    return loss;
  };
  task.score_parts = 1;
  task.score = [=](const float* x, const float* /*buffers*/, std::int64_t /*part*/) {
    const double error = std::abs(x[b] - 3) + std::abs(x[w] + 2);
    return std::vector<murmur::Sum>{{.name = "error", .sum = error, .count = 1}};
  };
  return task;
}

}  // namespace

int main() {
  for (const char* algorithm : {"dsgdm-n", "qg-dsgdm-n"}) {
    murmur::Simulation simulation(
        least_squares(), {.workers = kWorkers, .algorithm = algorithm, .topology = "ring"});
    for (int step = 0; step < 400; ++step) {
      simulation.step(0.1);
    }
    const auto metrics = simulation.evaluate();
    std::printf("%-10s  error of the average %.4f  consensus distance %.4f  digest %s\n",
                algorithm,
                metrics.at("eval/error_averaged"),
                metrics.at("consensus/distance"),
                simulation.digest().c_str());
  }
}
