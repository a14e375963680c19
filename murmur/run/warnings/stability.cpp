// SPDX-License-Identifier: Apache-2.0
// Warnings about methods that drive the workers apart by themselves. Without gradients their rules
// are linear on every eigenvector of the weights W; with q = 1 - eigenvalue:
//
//   gut, qg-gutm   x' = x - v, in units of the rate, with m' = beta m + y, v = m' (nesterov:
//                  y + beta m') and y = q x + mu ((1 - q) v_old + b q x_old): a polynomial of three
//                  roots, which must lie in the unit circle. At q = 0, the mean, beta + mu < 1
//   lead           with c = y - H what is encoded, p = H + rho c + e: rho and the variance
//                  nu = E e^2 / E c^2 are those of the codec for normally distributed values. Noise
//                  returns to c by an impulse response h, and grows where nu sum_t h_t^2 > 1: the
//                  mean over all eigenvectors, as workers round independently, or the largest if
//                  they draw the same coordinates
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "murmur/codecs/compression.h"
#include "murmur/run/warnings/parts.h"
#include "murmur/topology/analysis.h"
#include "murmur/topology/pauses.h"
#include "murmur/topology/spectrum.h"

namespace murmur::run {
namespace {

constexpr int kMostWorkers = 512;
constexpr double kNone = 1e-9;  // eigenvalues this near to 1 are the mean's

// Of symmetric weights that stay; else none.
std::vector<double> eigenvalues(const topology::Topology& graph) {
  const topology::Topology& mixes = topology::of_mixes(graph);
  std::vector<double> values;
  if (mixes.workers() > kMostWorkers || mixes.period() != 1 || !topology::is_symmetric(mixes)) {
    return values;
  }
  for (const auto& value : topology::spectrum_of(topology::product(mixes, 0, 1)).values) {
    values.push_back(value.real());
  }
  return values;
}

// Whether the roots of z^3 + a z^2 + b z + c lie in the unit circle (Jury).
bool is_stable(double a, double b, double c) {
  return 1 + a + b + c > 0 && 1 - a + b - c > 0 && std::abs(c) < 1 &&
         std::abs(c * c - 1) > std::abs(c * a - b);
}

bool gut_is_stable(double eigenvalue, double mu, double beta, bool nesterov) {
  const double q = 1 - eigenvalue;
  const double b = beta + (nesterov ? beta * beta : 0);
  const double own = q - mu * eigenvalue;           // of x in y
  const double old = mu * eigenvalue + mu * b * q;  // of x_old in y
  return nesterov
             ? is_stable(-(1 + beta) * (1 - own), beta + (1 + beta) * old - beta * own, -beta * old)
             : is_stable(-(1 + beta - own), beta + old, 0);
}

using Vector = std::array<double, 3>;  // of x, D lr, H
using Matrix = std::array<Vector, 3>;

Matrix times(const Matrix& a, const Matrix& b, bool transposed) {
  Matrix all{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) {
        all[i][j] += a[i][k] * (transposed ? b[j][k] : b[k][j]);
      }
    }
  }
  return all;
}

// sum_t h_t^2 of LEAD on an eigenvector, by doubling the number of steps; infinite: unstable even
// without noise.
double lead_gain(double eigenvalue, double dual_step, double memory_step, double rho) {
  const double q = 1 - eigenvalue;
  if (q < kNone) {  // x stays, and H follows it
    const double left = 1 - memory_step * rho;
    return memory_step * memory_step / (1 - left * left);
  }
  const double k = dual_step * q / 2;
  const Vector c{1, -1, -1};
  Matrix step{};
  for (std::size_t j = 0; j < 3; ++j) {
    const double p = (j == 2 ? 1 : 0) + rho * c[j];
    step[1][j] = (j == 1 ? 1 : 0) + k * p;
    step[0][j] = (j == 0 ? 1 : 0) - step[1][j];
    step[2][j] = (j == 2 ? 1 : 0) + memory_step * rho * c[j];
  }
  const Vector noise{-k, k, memory_step};
  Matrix sum{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      sum[i][j] = noise[i] * noise[j];
    }
  }
  constexpr int kDoublings = 40;
  constexpr double kDiverges = 1e12;
  for (int doubling = 0; doubling < kDoublings; ++doubling) {
    const Matrix later = times(times(step, sum, false), step, true);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        sum[i][j] += later[i][j];
      }
      if (!(sum[i][i] < kDiverges)) {
        return std::numeric_limits<double>::infinity();
      }
    }
    step = times(step, step, false);
  }
  double gain = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      gain += c[i] * sum[i][j] * c[j];
    }
  }
  return gain;
}

// What a codec makes of normally distributed values.
struct Decoded {
  double rho = 1;  // decoded = rho v + e
  double nu = 0;   // E e^2 / E v^2
};

Decoded decoded_by(const Choice& codec, std::size_t size) {
  const auto coding =
      codecs::make_coding<double>(codec.name, codec.options, codecs::Use::kAsIs).codec;
  constexpr std::size_t kEntries = 65536;
  const auto draws = static_cast<std::int64_t>(std::clamp<std::size_t>(kEntries / size, 8, 512));
  std::vector<std::byte> payload(coding->payload_bytes(size));
  double squares = 0;
  double products = 0;
  double decoded_squares = 0;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    const Random random(1, Stream::kCompressor, 0, draw);
    std::vector<double> values(size);
    for (std::size_t k = 0; k < size; ++k) {
      values[k] = random.normal(size + k);
    }
    std::vector<double> out(size);
    const codecs::Draws of{.seed = 1, .worker = 0, .step = draw};
    coding->encode(values, of, payload);
    coding->decode_add(payload, of, 1, out);
    for (std::size_t k = 0; k < size; ++k) {
      squares += values[k] * values[k];
      products += values[k] * out[k];
      decoded_squares += out[k] * out[k];
    }
  }
  const double rho = products / squares;
  return {rho, decoded_squares / squares - rho * rho};
}

// By how much the noise of the codec grows under these steps; more than 1: it does.
double growth(const std::vector<double>& values,
              double dual_step,
              double memory_step,
              const Decoded& decoded,
              bool same_coordinates) {
  double sum = 0;
  double most = 0;
  for (const double value : values) {
    const double gain = lead_gain(value, dual_step, memory_step, decoded.rho);
    sum += gain;
    most = std::max(most, gain);
  }
  const double gain =
      same_coordinates || std::isinf(most) ? most : sum / static_cast<double>(values.size());
  return std::isinf(gain) ? gain : decoded.nu * gain;
}

void look_at_lead(const WarningSubject& subject, Found& found) {
  constexpr std::size_t kLargest = 4096;  // entries of the tensor that is tried
  const Config& config = subject.config;
  if (config.algorithm.choice.name != "lead" || !config.compression ||
      config.compression->choice.name == "none" || subject.extent.parameters == 0) {
    return;
  }
  const std::vector<double> values = eigenvalues(subject.graph);
  if (values.size() < 2) {
    return;
  }
  const Choice& codec = config.compression->choice;
  const double dual_step = config.algorithm.choice.options.number("dual_step");
  const double memory_step = config.algorithm.choice.options.number("memory_step");
  const auto parameters = static_cast<std::size_t>(subject.extent.parameters);
  const Decoded decoded = decoded_by(codec, std::min(parameters, kLargest));
  const bool same = codec.name == "rand-k";
  const auto grows = [&](double dual, double memory) {
    return growth(values, dual, memory, decoded, same) > 1;
  };
  if (!grows(dual_step, memory_step)) {
    return;
  }
  double most = 0.5;
  constexpr double kLeast = 1e-3;
  while (most > kLeast && grows(most, most)) {
    most /= 2;
  }
  found.add(fmt::format(
      "algorithm.dual_step = {}, memory_step = {}: 'lead' takes what is decoded as it is, and what "
      "\"{}\" rounds away grows from step to step on this graph. {}, or \"choco-sgd\"",
      dual_step,
      memory_step,
      codec.name,
      most > kLeast ? fmt::format("Take {} for both, a finer codec", most)
                    : std::string("Take a finer codec (\"qsgd\" with more levels)")));
}

void look_at_gut(const WarningSubject& subject, Found& found) {
  const Choice& algorithm = subject.config.algorithm.choice;
  if (algorithm.name != "gut" && algorithm.name != "qg-gutm") {
    return;
  }
  const double mu = algorithm.options.number("mu");
  const double beta = algorithm.options.number("momentum");
  const std::string setting = fmt::format("algorithm.mu = {}, momentum = {}", mu, beta);
  if (mu + beta >= 1) {
    found.add(
        fmt::format("{}: old directions weigh {:.6g} in all, so '{}' diverges at every rate. Let "
                    "mu + momentum be below 1",
                    setting,
                    mu + beta,
                    algorithm.name));
    return;
  }
  for (const double value : eigenvalues(subject.graph)) {
    if (1 - value > kNone && !gut_is_stable(value, mu, beta, algorithm.options.flag("nesterov"))) {
      found.add(fmt::format(
          "{}: '{}' drives the workers apart on this graph: along its eigenvalue {:.4f} their "
          "disagreement grows without any gradient. Take a smaller mu or momentum{}",
          setting,
          algorithm.name,
          value,
          subject.config.topology.choice.options.has("lazy") ? ", or topology.lazy = true" : ""));
      return;
    }
  }
}

}  // namespace

void look_at_stability(const WarningSubject& subject, Found& found) {
  look_at_lead(subject, found);
  look_at_gut(subject, found);
}

}  // namespace murmur::run
