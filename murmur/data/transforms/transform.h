// SPDX-License-Identifier: Apache-2.0
// Transforms of training examples, applied one after the other in the order of a list. Each is a
// pure function of an example and of random numbers; the random numbers are a function of
// (seed, worker, batch, place in the batch, place in the list).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/image_shape.h"
#include "murmur/core/options.h"
#include "murmur/core/random.h"

namespace murmur::data {

// The random numbers of one transform for one example.
class Draws {
 public:
  Draws(const Random& random, std::uint64_t first) : random_(random), first_(first) {}
  std::uint64_t below(std::uint64_t index, std::uint64_t limit) const {
    return random_.below(first_ + index, limit);
  }
  double uniform(std::uint64_t index) const { return random_.uniform(first_ + index); }  // [0, 1)

 private:
  Random random_;
  std::uint64_t first_;
};

// An image of bytes: channel by channel, row by row.
struct ImageView {
  ImageShape shape{};
  std::span<const std::uint8_t> pixels;
};

// Writes the transformed image, which has the same shape, to `out`. `out` is other memory.
using TransformImage = void (*)(const ImageView& image,
                                const OptionValues& options,
                                const Draws& draws,
                                std::span<std::uint8_t> out);

// Makes an image of any extents one of out_shape, which has as many channels.
using ResizeImage = void (*)(const ImageView& image,
                             const Draws& draws,
                             const ImageShape& out_shape,
                             std::span<std::uint8_t> out);

struct TransformInfo {
  std::string name;
  std::string summary;
  std::string paper;  // empty: common practice
  std::vector<OptionInfo> options;
  std::uint64_t draws = 0;  // random numbers that it takes for an example
  TransformImage of_image = nullptr;
  ResizeImage resize = nullptr;  // in place of of_image: of images in files alone
};

// All transforms, in the order in which they are listed.
const std::vector<TransformInfo>& transforms();

// The transform of that name, or null.
const TransformInfo* find_transform(std::string_view name);

// A name of the registry with the values of all its options.
struct TransformChoice {
  std::string name;
  OptionValues options;

  bool operator==(const TransformChoice& other) const {
    return name == other.name && options.all() == other.options.all();
  }
};

// The named transforms with their default options. REQUIRES: the names are known.
std::vector<TransformChoice> default_transforms(const std::vector<std::string>& names);

// A list of transforms. With D random numbers per example, the k-th one of the example at `place`
// in the batch is number D place + k of the batch's Random.
class ImageTransforms {
 public:
  using Scratch = std::array<std::vector<std::uint8_t>, 2>;

  // REQUIRES: the names are known and their options complete.
  explicit ImageTransforms(const std::vector<TransformChoice>& choices);

  bool empty() const { return steps_.empty(); }
  // Whether one of them makes images of any extents those of a model.
  bool resize() const;

  // The transformed image: in `scratch`, or `image` itself if the list is empty. `shape`: of images
  // behind a transform that resizes.
  std::span<const std::uint8_t> apply(const ImageView& image,
                                      const Random& random,
                                      std::size_t place,
                                      const ImageShape& shape,
                                      Scratch& scratch) const;

 private:
  struct Step {
    const TransformInfo* info = nullptr;
    OptionValues options;
    std::uint64_t first_draw = 0;
  };
  std::vector<Step> steps_;
  std::uint64_t draws_ = 0;  // per example
};

}  // namespace murmur::data
