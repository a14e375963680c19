// SPDX-License-Identifier: Apache-2.0
// Left and right are exchanged with probability 1/2, as in torchvision's RandomHorizontalFlip.
#include <algorithm>

#include "murmur/data/transforms/registry.h"

namespace murmur::data {
namespace {

void flip_image(const ImageView& image,
                const OptionValues& /*options*/,
                const Draws& draws,
                std::span<std::uint8_t> out) {
  if (draws.below(0, 2) == 0) {
    std::ranges::copy(image.pixels, out.begin());
    return;
  }
  const auto columns = static_cast<std::size_t>(image.shape[2]);
  for (std::size_t row = 0; row < out.size(); row += columns) {
    std::ranges::reverse_copy(image.pixels.subspan(row, columns), out.subspan(row).begin());
  }
}

}  // namespace

TransformInfo flip() {
  return {.name = "flip",
          .summary = "left and right are exchanged with probability 1/2",
          .paper = {},
          .options = {},
          .draws = 1,
          .of_image = flip_image};
}

}  // namespace murmur::data
