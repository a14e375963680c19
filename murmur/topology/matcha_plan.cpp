// SPDX-License-Identifier: Apache-2.0
// Probabilities by a projected supergradient of lambda_2, which is concave in them; alpha by golden
// section of
//
//   rho(alpha) = lambda_max(I - 2 alpha L + alpha^2 (L^2 + 2 D) - J),   L = sum_j p_j L_j,
//                                                                       D = sum_j p_j (1 - p_j) L_j
#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include "murmur/topology/matchings.h"

namespace murmur::topology {
namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Numbers = std::vector<double>;

Matrix laplacian(int workers, const std::vector<Matching>& matchings, const Numbers& weights) {
  Matrix sum = Matrix::Zero(workers, workers);
  for (std::size_t j = 0; j < matchings.size(); ++j) {
    for (const auto& [a, b] : matchings[j]) {
      sum(a, a) += weights[j];
      sum(b, b) += weights[j];
      sum(a, b) -= weights[j];
      sum(b, a) -= weights[j];
    }
  }
  return sum;
}

// The nearest point with sum <= most and each in [0, 1].
Numbers projected(const Numbers& point, double most) {
  const auto shifted = [&](double by) {
    Numbers p = point;
    for (double& value : p) {
      value = std::clamp(value - by, 0.0, 1.0);
    }
    return p;
  };
  const auto sum_of = [](const Numbers& p) {
    double sum = 0;
    for (const double value : p) {
      sum += value;
    }
    return sum;
  };
  if (sum_of(shifted(0)) <= most) {
    return shifted(0);
  }
  double low = 0;
  double high = *std::max_element(point.begin(), point.end());
  for (int k = 0; k < 100; ++k) {
    const double middle = (low + high) / 2;
    (sum_of(shifted(middle)) > most ? low : high) = middle;
  }
  return shifted(high);
}

// lambda_2 and a supergradient: a mean over the eigenvectors whose eigenvalues are about as small.
struct Connectivity {
  double value = 0;
  Numbers slope;
};

Connectivity connectivity(int workers,
                          const std::vector<Matching>& matchings,
                          const Numbers& p,
                          double blur) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(laplacian(workers, matchings, p));
  Connectivity found{solver.eigenvalues()(1), Numbers(matchings.size(), 0.0)};
  double total = 0;
  for (Index k = 1; k < workers; ++k) {
    const double weight = std::exp((found.value - solver.eigenvalues()(k)) / blur);
    if (weight < 1e-9) {
      break;
    }
    total += weight;
    for (std::size_t j = 0; j < matchings.size(); ++j) {
      for (const auto& [a, b] : matchings[j]) {
        const double apart = solver.eigenvectors()(a, k) - solver.eigenvectors()(b, k);
        found.slope[j] += weight * apart * apart;
      }
    }
  }
  for (double& slope : found.slope) {
    slope /= total;
  }
  return found;
}

// Steps and blur shrink; the best point is kept.
Numbers best_probabilities(int workers, const std::vector<Matching>& matchings, double budget) {
  const double most = budget * static_cast<double>(matchings.size());
  Numbers p(matchings.size(), budget);
  Numbers best = p;
  double best_value = 0;
  const double work = std::pow(static_cast<double>(workers), 3);
  const int steps = static_cast<int>(std::clamp(1e9 / work, 50.0, 500.0));
  for (int t = 0; t < steps; ++t) {
    const double left = 1 - static_cast<double>(t) / steps;
    const Connectivity here = connectivity(workers, matchings, p, 1e-6 + 0.05 * left * left * left);
    if (here.value > best_value + 1e-12) {
      best_value = here.value;
      best = p;
    }
    const double largest = *std::max_element(here.slope.begin(), here.slope.end());
    for (std::size_t j = 0; j < p.size() && largest > 0; ++j) {
      p[j] += 0.2 * left * left * here.slope[j] / largest;
    }
    p = projected(p, most);
  }
  return best;
}

double contraction(const Matrix& mean, const Matrix& spread, double alpha) {
  const Index n = mean.rows();
  const Matrix square = Matrix::Identity(n, n) - 2 * alpha * mean +
                        alpha * alpha * (mean * mean + 2 * spread) -
                        Matrix::Constant(n, n, 1.0 / static_cast<double>(n));
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(square, Eigen::EigenvaluesOnly);
  return solver.eigenvalues()(n - 1);
}

// Golden section of a convex function of one number.
template <class F>
double minimizer(double low, double high, const F& f) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double a = high - ratio * (high - low);
  double b = low + ratio * (high - low);
  double at_a = f(a);
  double at_b = f(b);
  for (int k = 0; k < 60; ++k) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - ratio * (high - low);
      at_a = f(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + ratio * (high - low);
      at_b = f(b);
    }
  }
  return (low + high) / 2;
}

}  // namespace

MatchaPlan plan_matcha(const MixingMatrix& graph, double budget) {
  const int n = graph.workers();
  MatchaPlan plan;
  plan.matchings = matchings_of(graph);
  plan.probabilities = budget < 1 ? best_probabilities(n, plan.matchings, budget)
                                  : Numbers(plan.matchings.size(), 1.0);
  Numbers variances;
  for (const double p : plan.probabilities) {
    variances.push_back(p * (1 - p));
  }
  const Matrix mean = laplacian(n, plan.matchings, plan.probabilities);
  const Matrix spread = laplacian(n, plan.matchings, variances);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(mean, Eigen::EigenvaluesOnly);
  const double least = solver.eigenvalues()(1);
  const double largest = solver.eigenvalues()(n - 1);
  const auto factor = [&](double alpha) { return contraction(mean, spread, alpha); };
  plan.alpha = budget < 1 ? minimizer(0, 2 / largest, factor) : 2 / (least + largest);
  plan.rho = factor(plan.alpha);
  return plan;
}

}  // namespace murmur::topology
