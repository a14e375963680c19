// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/transforms/transform.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/data/transforms/registry.h"

namespace murmur::data {

const std::vector<TransformInfo>& transforms() {
  static const std::vector<TransformInfo> kTable{flip(), crop()};
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
    MURMUR_CHECK(info != nullptr && info->of_image != nullptr, "transform '{}'", choice.name);
    steps_.push_back({info->of_image, choice.options, draws_});
    draws_ += info->draws;
  }
}

std::span<const std::uint8_t> ImageTransforms::apply(const ImageView& image,
                                                     const Random& random,
                                                     std::size_t place,
                                                     std::vector<std::uint8_t>& scratch) const {
  const std::size_t size = image.pixels.size();
  if (steps_.empty()) {
    return image.pixels;
  }
  scratch.resize(2 * size);
  ImageView current = image;
  std::size_t half = 0;
  for (const Step& step : steps_) {
    const auto out = std::span(scratch).subspan(half * size, size);
    step.apply(current, step.options, {random, draws_ * place + step.first_draw}, out);
    current.pixels = out;
    half = 1 - half;
  }
  return current.pixels;
}

}  // namespace murmur::data
