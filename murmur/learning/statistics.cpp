// SPDX-License-Identifier: Apache-2.0
// A training pass moves a running statistic r to (1 - m) r + m s, m = 0.1, s that of the batch.
// From r = 0 it leaves m s, so each batch tells its s.
#include "murmur/learning/statistics.h"

#include <algorithm>

#include "murmur/core/arena.h"
#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/data/source.h"
#include "murmur/learning/body.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

constexpr double kMomentum = 0.1;

template <class S>
class BodyStatistics : public Statistics<S> {
 public:
  BodyStatistics(const SupervisedSettings& settings, std::int64_t examples)
      : layout_(models::layout(settings.network, sizeof(S))),
        source_(data::make_source<S>(settings.data.dataset, data::Part::kTraining)),
        body_(make_torch_body<S>(settings.network)),
        which_(first_of(settings.data, examples)),
        buffers_({1}, models::buffer_layout(settings.network, sizeof(S)).row_size()),
        gradient_({1}, layout_.row_size()) {}

  void recompute(const S* x, std::span<S> buffers) override {
    MURMUR_CHECK(buffers.size() == buffers_.row_size(), "a row of {}", buffers.size());
    const FlushDenormals guard;
    compute_alone();
    std::vector<double> sums(buffers.size(), 0.0);
    S* const row = buffers_.row(0, 0);
    std::span<const std::int32_t> left = which_;
    double batches = 0;
    while (!left.empty()) {
      const auto batch =
          left.first(std::min(left.size(), static_cast<std::size_t>(kStatisticsBatch)));
      left = left.subspan(batch.size());
      source_->gather(batch, nullptr, batch_);
      std::fill(row, row + buffers.size(), S(0));
      body_->forward({.x = x,
                      .buffers = row,
                      .inputs = &batch_.column(data::kInputs),
                      .count = batch_.count,
                      .gradient = gradient_.row(0, 0),
                      .dropout = nullptr});
      for (std::size_t k = 0; k < sums.size(); ++k) {
        sums[k] += static_cast<double>(row[k]) / kMomentum;
      }
      ++batches;
    }
    std::transform(sums.begin(), sums.end(), buffers.begin(), [&](double sum) {
      return static_cast<S>(sum / batches);
    });
  }

 private:
  // The first training examples that are not set aside for validation.
  static std::vector<std::int32_t> first_of(const data::TrainingData& data, std::int64_t examples) {
    const bool drawn = data.validation.part == data::Part::kTraining;
    const auto& aside = data.validation.examples;
    std::vector<std::int32_t> first;
    for (std::int32_t i = 0; i < data.dataset->training.count(); ++i) {
      if (std::ssize(first) == examples) {
        break;
      }
      if (!drawn || !std::binary_search(aside.begin(), aside.end(), i)) {
        first.push_back(i);
      }
    }
    return first;
  }

  const Layout layout_;
  const std::unique_ptr<data::Source<S>> source_;
  const std::unique_ptr<Body<S>> body_;
  const std::vector<std::int32_t> which_;
  data::Batch<S> batch_;
  Arena<S> buffers_;
  Arena<S> gradient_;  // only says that the pass is one of training
};

}  // namespace

template <class S>
std::unique_ptr<Statistics<S>> make_statistics(const SupervisedSettings& settings,
                                               std::int64_t examples) {
  return std::make_unique<BodyStatistics<S>>(settings, examples);
}

template std::unique_ptr<Statistics<float>> make_statistics(const SupervisedSettings&,
                                                            std::int64_t);
template std::unique_ptr<Statistics<double>> make_statistics(const SupervisedSettings&,
                                                             std::int64_t);

}  // namespace murmur::learning
