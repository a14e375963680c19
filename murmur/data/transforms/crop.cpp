// SPDX-License-Identifier: Apache-2.0
// The image's own size out of the image with a black border, at a random place, as in torchvision's
// RandomCrop(size, padding).
#include <algorithm>

#include "murmur/data/transforms/registry.h"

namespace murmur::data {
namespace {

constexpr Bounds kPadding{1, 1 << 20, false, false, "an integer from 1 to 1048576"};

void crop_image(const ImageView& image,
                const OptionValues& options,
                const Draws& draws,
                std::span<std::uint8_t> out) {
  const auto [channels, rows, columns] = image.shape;
  const std::int64_t padding = options.integer("padding");
  const auto places = static_cast<std::uint64_t>(2 * padding + 1);
  const auto down = static_cast<std::int64_t>(draws.below(0, places)) - padding;
  const auto right = static_cast<std::int64_t>(draws.below(1, places)) - padding;
  // Columns begin <= column < end of the result are columns begin + right, ... of the image.
  const std::int64_t begin = std::clamp<std::int64_t>(-right, 0, columns);
  const std::int64_t end = std::clamp<std::int64_t>(columns - right, begin, columns);
  std::ranges::fill(out, std::uint8_t{0});
  for (std::int64_t line = 0; line < channels * rows; ++line) {
    const std::int64_t row = line % rows + down;
    if (row < 0 || row >= rows || begin == end) {
      continue;
    }
    const std::int64_t from = (line / rows * rows + row) * columns + begin + right;
    std::ranges::copy(
        image.pixels.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(end - begin)),
        out.subspan(static_cast<std::size_t>(line * columns + begin)).begin());
  }
}

}  // namespace

TransformInfo crop() {
  return {.name = "crop",
          .summary = "the image's own size out of the image with a black border, at a random place",
          .paper = {},
          .options = {{.name = "padding",
                       .help = "width of the border in pixels",
                       .fallback = std::int64_t{4},
                       .bounds = kPadding}},
          .draws = 2,
          .of_image = crop_image};
}

}  // namespace murmur::data
