// SPDX-License-Identifier: Apache-2.0
// What PowerSGD promises of one matrix, or of the mean of several.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/row_factors.h"
#include "murmur/core/random.h"

namespace murmur::codecs {
namespace {

constexpr std::size_t kRows = 6;
constexpr std::size_t kColumns = 4;

using Row = std::vector<double>;

// A codec of matrices, and what it keeps.
class Power {
 public:
  explicit Power(std::int64_t rank, bool warm_start = true) : layout_(sizeof(double)) {
    layout_.add("m", {kRows, kColumns});
    layout_.add("v", {3});
    OptionValues options(find_codec("low-rank")->options);
    options.set("rank", rank);
    options.set("warm_start", warm_start);
    factors_ = std::make_unique<RowFactors<double>>(
        layout_,
        std::make_shared<const Compression<double>>(Compression<double>{
            .coding = make_coding<double>("low-rank", options, Use::kAsIs), .seed = 3}));
    kept_.resize(factors_->kept().row_size());
  }

  const Layout& layout() const { return layout_; }
  const Row& kept() const { return kept_; }

  // The decoded mean of the workers' rows.
  Row operator()(const std::vector<Row>& all) {
    Row q(factors_->phase(1).row_size());
    factors_->start(kept_.data(), step_++, q.data());
    Row p(factors_->phase(0).row_size());
    const auto share = 1 / static_cast<double>(all.size());
    for (const Row& one : all) {
      Row mine(p.size());
      for (std::size_t t = 0; t < factors_->tensors(); ++t) {
        factors_->first(t, one.data(), q.data(), mine.data());
      }
      add(p, mine, share);
    }
    factors_->orthonormalize(p.data());
    Row next(q.size());
    for (const Row& one : all) {
      Row mine(q.size());
      for (std::size_t t = 0; t < factors_->tensors(); ++t) {
        factors_->second(t, one.data(), p.data(), mine.data());
      }
      add(next, mine, share);
    }
    factors_->keep(next.data(), kept_.data());
    Row out(layout_.row_size());
    for (std::size_t t = 0; t < factors_->tensors(); ++t) {
      factors_->decode(t, p.data(), next.data(), out.data());
    }
    return out;
  }

  static void add(Row& to, const Row& what, double share) {
    for (std::size_t k = 0; k < to.size(); ++k) {
      to[k] += share * what[k];
    }
  }

 private:
  Layout layout_;
  std::unique_ptr<RowFactors<double>> factors_;
  Row kept_;
  std::int64_t step_ = 0;
};

// A row whose matrix has that rank.
Row of_rank(const Layout& layout, std::size_t rank, std::int64_t which) {
  const Random random(9, Stream::kTest, 0, which);
  Row row(layout.row_size());
  for (std::size_t k = 0; k < rank; ++k) {
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        row[i * kColumns + j] += random.normal(100 * k + i) * random.normal(100 * k + 50 + j);
      }
    }
  }
  const std::size_t vector = layout.tensors()[1].offset;
  for (std::size_t j = 0; j < 3; ++j) {
    row[vector + j] = random.normal(1000 + j);
  }
  return row;
}

double distance(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    sum += (a[k] - b[k]) * (a[k] - b[k]);
  }
  return std::sqrt(sum);
}

TEST(LowRank, IsExactForAMeanOfThatRank) {
  Power power(2);
  const Row a = of_rank(power.layout(), 1, 1);
  const Row b = of_rank(power.layout(), 1, 2);
  Row mean(a.size());
  Power::add(mean, a, 0.5);
  Power::add(mean, b, 0.5);
  EXPECT_LT(distance(power({a, b}), mean), 1e-7);
  EXPECT_GT(distance(Power(1)({a, b}), mean), 1e-2);
}

TEST(LowRank, SendsVectorsWhole) {
  Power power(1);
  const Row row = of_rank(power.layout(), 4, 1);
  const Row out = power({row});
  const TensorSlot& slot = power.layout().tensors()[1];
  for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
    EXPECT_EQ(out[k], row[k]);
  }
}

TEST(LowRank, CutsTheRankToTheMatrix) {
  Power power(100);
  const Row row = of_rank(power.layout(), 4, 1);
  EXPECT_LT(distance(power({row}), row), 1e-6);
  EXPECT_EQ(power.kept().size(), 4 * kColumns);
}

TEST(LowRank, EncodesTheMeanLikeTheWorkers) {
  Power apart(2);
  Power together(2);
  const Row a = of_rank(apart.layout(), 4, 1);
  const Row b = of_rank(apart.layout(), 4, 2);
  Row mean(a.size());
  Power::add(mean, a, 0.5);
  Power::add(mean, b, 0.5);
  for (int step = 0; step < 3; ++step) {
    EXPECT_LT(distance(apart({a, b}), together({mean})), 1e-12);
  }
}

// The power method: what is left approaches the singular values that do not fit.
TEST(LowRank, ConvergesOnWhatRepeatsAndOnlyWithAWarmStart) {
  Power warm(1);
  Power cold(1, false);
  const Row row = of_rank(warm.layout(), 4, 1);
  const double first = distance(warm({row}), row);
  double last = first;
  for (int step = 0; step < 100; ++step) {
    const double now = distance(warm({row}), row);
    EXPECT_LE(now, last * (1 + 1e-9));
    last = now;
  }
  EXPECT_LT(last, first * 0.999);
  EXPECT_NEAR(distance(warm({row}), row), last, 1e-9);
  double apart = 0;
  for (int step = 0; step < 20; ++step) {
    apart = std::max(apart, distance(cold({row}), row) - last);
  }
  EXPECT_GT(apart, 1e-3);
  EXPECT_TRUE(cold.kept().empty());
}

TEST(LowRank, KeepsItsFactorWhereATensorIsIdle) {
  Power power(2);
  const Row row = of_rank(power.layout(), 4, 1);
  power({row});
  const Row kept = power.kept();
  const Row idle = power({Row(row.size())});
  EXPECT_EQ(idle, Row(row.size()));
  EXPECT_EQ(power.kept(), kept);
}

}  // namespace
}  // namespace murmur::codecs
