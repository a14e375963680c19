// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/source.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/images/image_files.h"

namespace murmur::data {
namespace {

// The rows of a batch are scattered over the dataset, so each is prefetched a few rows before it is
// read: waiting for them one by one takes three times as long as converting them.
constexpr std::size_t kAhead = 4;

void fetch(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < bytes.size(); i += kLine) {
    __builtin_prefetch(bytes.data() + i);
  }
}

template <class S>
void convert(
    const std::uint8_t* __restrict pixels, std::size_t count, S scale, S shift, S* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = scale * static_cast<S>(pixels[i]) + shift;
  }
}

// The rows of a column, by example.
class Rows {
 public:
  explicit Rows(const Column& column)
      : bytes_(column.bytes),
        row_bytes_(static_cast<std::size_t>(column.row_size()) * files::bytes_of(column.dtype)),
        count_(column.rows()) {}

  std::span<const std::uint8_t> of(std::int32_t index) const {
    MURMUR_CHECK(index >= 0 && index < count_, "{} of {}", index, count_);
    return bytes_.subspan(static_cast<std::size_t>(index) * row_bytes_, row_bytes_);
  }
  // task(place, row) for every row of `which`, in order.
  template <class Task>
  void for_each(std::span<const std::int32_t> which, const Task& task) const {
    for (std::size_t place = 0; place < which.size(); ++place) {
      if (place + kAhead < which.size()) {
        fetch(of(which[place + kAhead]));
      }
      task(place, of(which[place]));
    }
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t row_bytes_;
  std::int64_t count_;
};

template <class S>
class ColumnSource : public Source<S> {
 public:
  ColumnSource(std::shared_ptr<const Dataset> dataset,
               Part part,
               const std::vector<TransformChoice>& transforms)
      : dataset_(std::move(dataset)),
        examples_(dataset_->examples(part)),
        transforms_(transforms),
        marks_(dataset_->vocabulary == nullptr ? Marks() : dataset_->vocabulary->marks()) {
    MURMUR_CHECK(transforms_.empty() || examples_.are_images(), "transforms of no images");
    for (std::size_t c = 0; c < dataset_->mean.size(); ++c) {
      scale_.push_back(static_cast<S>(1.0 / (255.0 * dataset_->deviation[c])));
      shift_.push_back(static_cast<S>(-dataset_->mean[c] / dataset_->deviation[c]));
    }
  }

  std::int64_t count() const override { return examples_.count(); }

  void gather(std::span<const std::int32_t> which,
              const Random* draws,
              Batch<S>& batch) const override {
    batch.count = static_cast<std::int64_t>(which.size());
    const auto groupings =
        static_cast<std::size_t>(std::ranges::count_if(examples_.columns, is_grouping));
    const bool are_pairs = dataset_->task == Task::kTranslation;
    batch.columns.resize(examples_.columns.size() - groupings + (are_pairs ? 1 : 0));
    auto next = batch.columns.begin();
    for (const Column& column : examples_.columns) {
      if (is_grouping(column)) {
        continue;
      }
      BatchColumn<S>& out = *next++;
      out.name = column.name;
      out.shape = column.shape;
      if (column.ragged) {
        gather_ragged(column, which, out);
      } else if (column.dtype == files::Dtype::kF32) {
        gather_numbers<float>(column, which, out);
      } else if (column.dtype == files::Dtype::kF64) {
        gather_numbers<double>(column, which, out);
      } else if (column.dtype == files::Dtype::kI32) {
        gather_integers<std::int32_t>(column, which, out);
      } else if (column.name == kInputs) {
        gather_images(column, which, draws, out);
      } else {
        gather_integers<std::uint8_t>(column, which, out);
      }
    }
    if (are_pairs) {
      shift_right(batch.column(kTargets), *next);
    }
  }

 private:
  void convert_image(const ImageShape& shape, const std::uint8_t* pixels, S* out) const {
    const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
    for (std::size_t c = 0; c < scale_.size(); ++c) {
      convert(pixels + c * plane, plane, scale_[c], shift_[c], out + c * plane);
    }
  }

  void gather_images(const Column& column,
                     std::span<const std::int32_t> which,
                     const Random* draws,
                     BatchColumn<S>& out) const {
    const ImageShape shape = examples_.shape();
    const auto size = static_cast<std::size_t>(column.row_size());
    S* const numbers = out.numbers.resize(which.size() * size).data();
    ImageTransforms::Scratch scratch;
    Rows(column).for_each(which, [&](std::size_t place, std::span<const std::uint8_t> row) {
      const auto image =
          draws == nullptr ? row : transforms_.apply({shape, row}, *draws, place, shape, scratch);
      convert_image(shape, image.data(), numbers + place * size);
    });
  }

  void gather_ragged(const Column& column,
                     std::span<const std::int32_t> which,
                     BatchColumn<S>& out) const {
    out.lengths.resize(which.size());
    std::size_t longest = 0;
    for (std::size_t place = 0; place < which.size(); ++place) {
      const std::size_t length = column.row<std::int32_t>(which[place]).size();
      out.lengths[place] = static_cast<std::int32_t>(length);
      longest = std::max(longest, length);
    }
    out.shape = {static_cast<std::int64_t>(longest)};
    out.integers.assign(which.size() * longest, marks_.pad);
    for (std::size_t place = 0; place < which.size(); ++place) {
      const auto row = column.row<std::int32_t>(which[place]);
      std::copy(row.begin(), row.end(), out.integers.data() + place * longest);
    }
  }

  void shift_right(const BatchColumn<S>& targets, BatchColumn<S>& out) const {
    out.name = kDecoderInputs;
    out.shape = targets.shape;
    out.lengths = targets.lengths;
    out.integers.assign(targets.integers.size(), marks_.pad);
    const auto longest = static_cast<std::size_t>(targets.shape.front());
    for (std::size_t place = 0; place < targets.lengths.size(); ++place) {
      const auto row = static_cast<std::ptrdiff_t>(place * longest);
      const std::int32_t kept = targets.lengths[place] - 1;
      out.integers[place * longest] = marks_.begin;
      std::copy_n(targets.integers.begin() + row, kept, out.integers.begin() + row + 1);
    }
  }

  template <class T>
  void gather_numbers(const Column& column,
                      std::span<const std::int32_t> which,
                      BatchColumn<S>& out) const {
    const auto size = static_cast<std::size_t>(column.row_size());
    S* const numbers = out.numbers.resize(which.size() * size).data();
    Rows(column).for_each(which, [&](std::size_t place, std::span<const std::uint8_t> row) {
      const T* const values = reinterpret_cast<const T*>(row.data());
      for (std::size_t i = 0; i < size; ++i) {
        numbers[place * size + i] = static_cast<S>(values[i]);
      }
    });
  }

  template <class T>
  void gather_integers(const Column& column,
                       std::span<const std::int32_t> which,
                       BatchColumn<S>& out) const {
    const std::span<const T> values = column.values<T>();
    out.integers.resize(which.size());
    for (std::size_t place = 0; place < which.size(); ++place) {
      const auto index = static_cast<std::size_t>(which[place]);
      MURMUR_CHECK(index < values.size(), "{} of {}", index, values.size());
      out.integers[place] = static_cast<std::int32_t>(values[index]);
    }
  }

  const std::shared_ptr<const Dataset> dataset_;
  const Examples& examples_;
  const ImageTransforms transforms_;
  const Marks marks_;     // of text
  std::vector<S> scale_;  // of images, per channel: 1 / (255 deviation)
  std::vector<S> shift_;  // of images, per channel: -mean / deviation
};

}  // namespace

template <class S>
std::unique_ptr<Source<S>> make_source(std::shared_ptr<const Dataset> dataset,
                                       Part part,
                                       const std::vector<TransformChoice>& transforms,
                                       int threads) {
  const Examples& examples = dataset->examples(part);
  if (examples.image_files) {
    return make_file_source<S>(std::move(dataset), examples, transforms, threads);
  }
  return std::make_unique<ColumnSource<S>>(std::move(dataset), part, transforms);
}

template std::unique_ptr<Source<float>> make_source(std::shared_ptr<const Dataset>,
                                                    Part,
                                                    const std::vector<TransformChoice>&,
                                                    int);
template std::unique_ptr<Source<double>> make_source(std::shared_ptr<const Dataset>,
                                                     Part,
                                                     const std::vector<TransformChoice>&,
                                                     int);

}  // namespace murmur::data
