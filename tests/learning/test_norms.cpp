// SPDX-License-Identifier: Apache-2.0
// Norms at every place against their formulas, written as loops in double precision.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "murmur/learning/torch/models/module.h"
#include "tests/learning/torch_examples.h"

namespace murmur::learning::testing {
namespace {

using models::NormKind;
using models::NormPlace;

constexpr double kEpsilon = 1e-5;

// Images x channels x places.
struct Values {
  at::Tensor tensor;
  std::int64_t images() const { return tensor.size(0); }
  std::int64_t channels() const { return tensor.size(1); }
  std::int64_t places() const { return tensor.size(2) * tensor.size(3); }
  double& at(std::int64_t n, std::int64_t c, std::int64_t p) const {
    return tensor.data_ptr<double>()[(n * channels() + c) * places() + p];
  }
};

struct MeanAndVariance {
  double mean = 0;
  double variance = 0;
};

// Of the values for which take(n, c) holds; `unbiased`: divided by one less than their number.
MeanAndVariance of(const Values& x,
                   const std::function<bool(std::int64_t, std::int64_t)>& take,
                   bool unbiased) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const bool second : {false, true}) {
    for (std::int64_t n = 0; n < x.images(); ++n) {
      for (std::int64_t c = 0; c < x.channels(); ++c) {
        for (std::int64_t p = 0; p < x.places() && take(n, c); ++p) {
          if (second) {
            squares += std::pow(x.at(n, c, p) - sum / count, 2);
          } else {
            sum += x.at(n, c, p);
            count += 1;
          }
        }
      }
    }
  }
  return {sum / count, squares / (unbiased ? count - 1 : count)};
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

struct Weights {
  const double* weight;
  const double* bias;
  const double* v;  // null: there is none
};

// The layer's value at (n, c, p).
double expected(const models::Norm& norm,
                NormPlace place,
                const Weights& w,
                const Values& x,
                std::array<std::int64_t, 3> at) {
  const std::int64_t n = at[0];
  const std::int64_t c = at[1];
  const double value = x.at(n, c, at[2]);
  const bool activated = place == NormPlace::kActivated;
  const auto in_group = [&x, n, c](std::int64_t groups) {
    const std::int64_t size = x.channels() / groups;
    return [n, c, size](std::int64_t image, std::int64_t channel) {
      return image == n && channel / size == c / size;
    };
  };
  const auto in_channel = [c](std::int64_t, std::int64_t channel) { return channel == c; };
  const auto relu = [&](double result) { return activated ? std::max(result, 0.0) : result; };
  const auto standard = [&](const MeanAndVariance& of_them) {
    return (value - of_them.mean) / std::sqrt(of_them.variance + kEpsilon) * w.weight[c] +
           w.bias[c];
  };
  switch (norm.kind) {
    case NormKind::kNone:
      return relu(value);
    case NormKind::kBatch:
      return relu(standard(of(x, in_channel, false)));
    case NormKind::kGroup:
      return relu(standard(of(x, in_group(norm.groups), false)));
    case NormKind::kEvonorm:
      if (!activated) {
        return standard(of(x, in_channel, false));
      }
      return value * sigmoid(value) /
                 std::sqrt(
                     of(x, in_group(std::min<std::int64_t>(32, x.channels())), true).variance +
                     kEpsilon) *
                 w.weight[c] +
             w.bias[c];
    case NormKind::kEvonormS0: {
      if (!activated) {
        return value * w.weight[c] + w.bias[c];
      }
      std::int64_t groups = 32;
      while (x.channels() % groups != 0) {
        --groups;
      }
      return value * sigmoid(w.v[c] * value) /
                 std::sqrt(of(x, in_group(groups), false).variance + kEpsilon) * w.weight[c] +
             w.bias[c];
    }
  }
  return 0;
}

const double* data_of(torch::nn::Module& parent, const std::string& name) {
  const auto parameters = parent.named_parameters();
  const at::Tensor* const found = parameters.find("norm." + name);
  return found == nullptr ? nullptr : found->data_ptr<double>();
}

void expect_formula(const models::Norm& norm,
                    NormPlace place,
                    std::int64_t channels,
                    bool training) {
  torch::nn::Module parent;
  const NormLayer layer(parent, "norm", norm, channels, place);
  parent.to(torch::kDouble);
  parent.train(training);
  const torch::NoGradGuard guard;
  std::uint32_t i = 0;
  for (at::Tensor& parameter : parent.parameters()) {
    parameter.copy_(numbers(++i, parameter.sizes()) + 1);
  }
  const Values x{4 * numbers(9, {2, channels, 3, 2})};
  const at::Tensor out = layer(x.tensor.clone());
  const Weights weights{data_of(parent, "weight"), data_of(parent, "bias"), data_of(parent, "v")};
  for (std::int64_t n = 0; n < 2; ++n) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t p = 0; p < 6; ++p) {
        EXPECT_NEAR(Values{out}.at(n, c, p), expected(norm, place, weights, x, {n, c, p}), 1e-12)
            << static_cast<int>(norm.kind) << " with " << channels;
      }
    }
  }
}

// 64 channels are two per group of both EvoNorms, 40 are two per group of evonorm-s0.
TEST(Norms, AreTheirFormulas) {
  for (const NormPlace place :
       {NormPlace::kActivated, NormPlace::kLastOfBlock, NormPlace::kShortcut}) {
    for (const std::int64_t channels : {4, 32, 64}) {
      expect_formula({NormKind::kNone}, place, channels, true);
      expect_formula({NormKind::kBatch}, place, channels, true);
      expect_formula({NormKind::kGroup, 2}, place, channels, true);
    }
    for (const bool training : {true, false}) {
      for (const std::int64_t channels : {4, 32, 64}) {
        expect_formula({NormKind::kEvonorm}, place, channels, training);
      }
      for (const std::int64_t channels : {4, 40, 64}) {
        expect_formula({NormKind::kEvonormS0}, place, channels, training);
      }
    }
  }
}

}  // namespace
}  // namespace murmur::learning::testing
