// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/image_files.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "murmur/data/images/image_reader.h"

namespace murmur::data {
namespace {

template <class S>
class FileSource : public Source<S> {
 public:
  FileSource(std::shared_ptr<const Dataset> dataset,
             const Examples& examples,
             const std::vector<TransformChoice>& transforms,
             int threads)
      : dataset_(std::move(dataset)),
        examples_(examples),
        labels_(examples.labels()),
        reads_ahead_(threads > 0),
        reader_(examples.column(kInputs), *examples.image_files, transforms, threads) {}

  std::int64_t count() const override { return examples_.count(); }
  bool reads_ahead() const override { return reads_ahead_; }

  void gather(std::span<const std::int32_t> which,
              const Random* draws,
              Batch<S>& batch) const override {
    batch.count = static_cast<std::int64_t>(which.size());
    batch.columns.resize(2);
    BatchColumn<S>& x = batch.columns[0];
    BatchColumn<S>& y = batch.columns[1];
    const ImageShape shape = examples_.shape();
    x.name = std::string(kInputs);
    x.shape = {shape.begin(), shape.end()};
    y.name = std::string(kTargets);
    const std::vector<std::uint8_t> pixels = reader_.read(which, draws);
    S* const numbers = x.numbers.resize(pixels.size()).data();
    const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
    for (std::size_t start = 0; start < pixels.size(); start += plane) {
      const std::size_t c = start / plane % dataset_->mean.size();
      const auto scale = static_cast<S>(1.0 / (255.0 * dataset_->deviation[c]));
      const auto shift = static_cast<S>(-dataset_->mean[c] / dataset_->deviation[c]);
      for (std::size_t i = start; i < start + plane; ++i) {
        numbers[i] = scale * static_cast<S>(pixels[i]) + shift;
      }
    }
    y.integers.clear();
    for (const std::int32_t index : which) {
      y.integers.push_back(labels_.at(static_cast<std::size_t>(index)));
    }
  }

  void expect(std::span<const std::int32_t> which, const Random& draws) const override {
    reader_.expect(which, draws);
  }

 private:
  const std::shared_ptr<const Dataset> dataset_;
  const Examples& examples_;
  const std::vector<std::int32_t> labels_;
  const bool reads_ahead_;
  mutable ImageReader reader_;  // thread-safe
};

}  // namespace

std::string path_in(const Column& x, std::int64_t index) {
  const auto room = static_cast<std::size_t>(x.row_size());
  const auto* begin =
      reinterpret_cast<const char*>(x.bytes.data()) + static_cast<std::size_t>(index) * room;
  return {begin, strnlen(begin, room)};
}

template <class S>
std::unique_ptr<Source<S>> make_file_source(std::shared_ptr<const Dataset> dataset,
                                            const Examples& examples,
                                            const std::vector<TransformChoice>& transforms,
                                            int threads) {
  return std::make_unique<FileSource<S>>(std::move(dataset), examples, transforms, threads);
}

template std::unique_ptr<Source<float>> make_file_source(std::shared_ptr<const Dataset>,
                                                         const Examples&,
                                                         const std::vector<TransformChoice>&,
                                                         int);
template std::unique_ptr<Source<double>> make_file_source(std::shared_ptr<const Dataset>,
                                                          const Examples&,
                                                          const std::vector<TransformChoice>&,
                                                          int);

}  // namespace murmur::data
