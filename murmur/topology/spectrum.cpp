// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include <Eigen/Dense>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

constexpr double kRounding = 1e-13;

using Values = std::vector<std::complex<double>>;

// Traverses the graph from `start` and assigns each worker the p that balances the edge by which it
// was reached. False if an edge has no reverse edge of the same sign, or if p leaves the range of
// normal numbers.
bool balance_from(std::size_t start, const DenseMatrix& w, std::vector<double>& p) {
  p[start] = 1;
  std::vector<std::size_t> waiting{start};
  while (!waiting.empty()) {
    const std::size_t i = waiting.back();
    waiting.pop_back();
    for (std::size_t j = 0; j < w.size(); ++j) {
      if (w[i][j] == 0 || p[j] != 0) {
        continue;
      }
      p[j] = p[i] * w[i][j] / w[j][i];
      if (!(p[j] > 0) || !std::isnormal(p[j])) {
        return false;
      }
      waiting.push_back(j);
    }
  }
  return true;
}

bool is_balanced(const DenseMatrix& w, const std::vector<double>& p) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double apart = std::abs(p[i] * w[i][j] - p[j] * w[j][i]);
      if (!(apart <= kRounding * std::max(p[i], p[j]))) {
        return false;
      }
    }
  }
  return true;
}

// Positive p with p_i w_ij = p_j w_ji; none if there is no such p. With it, sqrt(p_i / p_j) w_ij is
// symmetric and has the eigenvalues of W.
std::optional<std::vector<double>> balance(const DenseMatrix& w) {
  std::vector<double> p(w.size(), 0.0);
  for (std::size_t start = 0; start < w.size(); ++start) {
    if (p[start] == 0 && !balance_from(start, w, p)) {
      return std::nullopt;
    }
  }
  return is_balanced(w, p) ? std::optional(std::move(p)) : std::nullopt;
}

Values of_balanced(const DenseMatrix& w, const std::vector<double>& p) {
  const std::size_t n = w.size();
  Eigen::MatrixXd symmetric(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      symmetric(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          i == j ? w[i][i] : std::sqrt(p[i] / p[j]) * w[i][j];
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric, Eigen::EigenvaluesOnly);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

bool is_circulant(const DenseMatrix& w) {
  const std::size_t n = w.size();
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (!(std::abs(w[i][j] - w[0][(j + n - i) % n]) <= kRounding)) {
        return false;
      }
    }
  }
  return true;
}

// sum_d w_0d e^(2 pi i k d / n), k = 0 .. n - 1.
Values of_circulant(const DenseMatrix& w) {
  const std::size_t n = w.size();
  Values roots(n);
  for (std::size_t k = 0; k < n; ++k) {
    roots[k] =
        std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  }
  Values values(n);
  for (std::size_t d = 0; d < n; ++d) {
    for (std::size_t k = 0; k < n && w[0][d] != 0; ++k) {
      values[k] += w[0][d] * roots[k * d % n];
    }
  }
  return values;
}

Values of_any(const DenseMatrix& w) {
  const auto n = static_cast<Eigen::Index>(w.size());
  Eigen::MatrixXd dense(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      dense(i, j) = w[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
  }
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(dense, false);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

void put_in_order(Values& values) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.real() != b.real() ? a.real() > b.real() : a.imag() > b.imag();
  });
  const auto one = std::min_element(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return std::abs(a - 1.0) < std::abs(b - 1.0);
  });
  std::rotate(values.begin(), one, one + 1);
}

}  // namespace

double Spectrum::second() const {
  MURMUR_CHECK(real, "lambda_2 of complex eigenvalues");
  return values.size() > 1 ? values[1].real() : 0.0;
}

double Spectrum::last() const {
  MURMUR_CHECK(real, "lambda_n of complex eigenvalues");
  return values.size() > 1 ? values.back().real() : 0.0;
}

double Spectrum::modulus() const {
  double largest = 0;
  for (std::size_t k = 1; k < values.size(); ++k) {
    largest = std::max(largest, std::abs(values[k]));
  }
  return largest;
}

Spectrum spectrum_of(const DenseMatrix& matrix) {
  Spectrum spectrum;
  if (is_circulant(matrix)) {
    spectrum.values = of_circulant(matrix);
  } else if (const auto p = balance(matrix)) {
    spectrum.values = of_balanced(matrix, *p);
  } else {
    spectrum.values = of_any(matrix);
  }
  for (std::complex<double>& value : spectrum.values) {
    value = std::abs(value.imag()) <= kRounding ? value.real() : value;
  }
  put_in_order(spectrum.values);
  spectrum.real = std::all_of(spectrum.values.begin(),
                              spectrum.values.end(),
                              [](const auto& value) { return value.imag() == 0; });
  return spectrum;
}

DenseMatrix identity(int workers) {
  return MixingMatrix(workers).dense();
}

DenseMatrix times(const MixingMatrix& w, const DenseMatrix& m) {
  const std::size_t n = m.size();
  DenseMatrix result(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    const auto worker = static_cast<int>(i);
    for (std::size_t k = 0; k < n; ++k) {
      result[i][k] = w.self(worker) * m[i][k];
    }
    for (const Neighbor& neighbor : w.in(worker)) {
      const std::vector<double>& other = m[static_cast<std::size_t>(neighbor.worker)];
      for (std::size_t k = 0; k < n; ++k) {
        result[i][k] += neighbor.weight * other[k];
      }
    }
  }
  return result;
}

DenseMatrix product(const Topology& topology, std::int64_t first, std::int64_t count) {
  DenseMatrix m = identity(topology.workers());
  for (std::int64_t step = first; step < first + count; ++step) {
    m = times(topology.at(step), m);
  }
  return m;
}

}  // namespace murmur::topology
