// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/transforms/transform.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/data/transforms/registry.h"

namespace murmur::data {

const std::vector<TransformInfo>& transforms() {
  static const std::vector<TransformInfo> kTable{flip(), crop(), random_resized_crop()};
  return kTable;
}

const TransformInfo* find_transform(std::string_view name) {
  const auto& table = transforms();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& info) { return info.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::vector<TransformChoice> default_transforms(const std::vector<std::string>& names) {
  std::vector<TransformChoice> choices;
  for (const std::string& name : names) {
    const TransformInfo* info = find_transform(name);
    MURMUR_CHECK(info != nullptr, "transform '{}'", name);
    choices.push_back({name, OptionValues(info->options)});
  }
  return choices;
}

ImageTransforms::ImageTransforms(const std::vector<TransformChoice>& choices) {
  for (const TransformChoice& choice : choices) {
    const TransformInfo* info = find_transform(choice.name);
    MURMUR_CHECK(info != nullptr, "transform '{}'", choice.name);
    steps_.push_back({info, choice.options, draws_});
    draws_ += info->draws;
  }
}

bool ImageTransforms::resize() const {
  return std::ranges::any_of(steps_, [](const Step& step) { return step.info->resize != nullptr; });
}

std::span<const std::uint8_t> ImageTransforms::apply(const ImageView& image,
                                                     const Random& random,
                                                     std::size_t place,
                                                     const ImageShape& shape,
                                                     Scratch& scratch) const {
  ImageView current = image;
  std::size_t half = 0;
  for (const Step& step : steps_) {
    const Draws draws(random, draws_ * place + step.first_draw);
    std::vector<std::uint8_t>& out = scratch[half];
    if (step.info->resize != nullptr) {
      out.resize(static_cast<std::size_t>(shape[0] * shape[1] * shape[2]));
      step.info->resize(current, draws, shape, out);
      current.shape = shape;
    } else {
      out.resize(current.pixels.size());
      step.info->of_image(current, step.options, draws, out);
    }
    current.pixels = out;
    half = 1 - half;
  }
  return current.pixels;
}

}  // namespace murmur::data
