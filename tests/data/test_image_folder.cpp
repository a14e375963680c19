// SPDX-License-Identifier: Apache-2.0
// JPEG images in folders, made by libjpeg-turbo, and resizing as PIL and torchvision do it.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include "murmur/data/images/jpeg.h"
#include "murmur/data/source.h"
#include "murmur/data/training_data.h"
#include "murmur/data/transforms/resize.h"
#include "tests/data/small_files.h"

namespace murmur::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::write_file;

// Pixel (row, column) of channel k: (7 row + 13 column + 29 k + 5 (row column mod 11)) mod 256.
DecodedImage pattern(std::int64_t rows, std::int64_t columns) {
  DecodedImage image{.shape = {3, rows, columns}, .pixels = {}};
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        image.pixels.push_back(
            static_cast<std::uint8_t>(7 * row + 13 * column + 29 * k + row * column % 11 * 5));
      }
    }
  }
  return image;
}

// The sum of (k + 1) times byte k, modulo 2^32.
std::uint32_t sum_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::uint32_t k = 0; k < bytes.size(); ++k) {
    sum += (k + 1) * bytes[k];
  }
  return sum;
}

std::uint32_t resized(const ImageShape& from,
                      const Box& box,
                      std::int64_t rows,
                      std::int64_t columns) {
  const DecodedImage image = pattern(from[1], from[2]);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * rows * columns));
  resize_box({image.shape, image.pixels}, box, {3, rows, columns}, out);
  return sum_of(out);
}

// By Pillow 13.0.0 and torchvision 0.29.2 in Python: Image.resize(BILINEAR), resized_crop, and
// Resize(size * 256 // 224) with CenterCrop(size).
TEST(Resize, IsThatOfPilBitForBit) {
  EXPECT_EQ(resized({3, 23, 31}, {0, 0, 23, 31}, 10, 12), 8578949U);
  EXPECT_EQ(resized({3, 23, 31}, {0, 0, 23, 31}, 40, 50), 2373921736U);
  EXPECT_EQ(resized({3, 61, 40}, {0, 0, 61, 40}, 61, 17), 616963246U);
  EXPECT_EQ(resized({3, 61, 40}, {0, 0, 61, 40}, 9, 40), 74380737U);
  EXPECT_EQ(resized({3, 300, 200}, {0, 0, 300, 200}, 33, 35), 765522366U);
  EXPECT_EQ(resized({3, 61, 40}, {5, 7, 30, 28}, 16, 16), 36553793U);
  const auto centre = [](std::int64_t rows, std::int64_t columns, std::int64_t size) {
    const DecodedImage image = pattern(rows, columns);
    std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * size * size));
    resize_and_crop_centre({image.shape, image.pixels}, {3, size, size}, out);
    return sum_of(out);
  };
  EXPECT_EQ(centre(23, 31, 32), 610160771U);
  EXPECT_EQ(centre(61, 40, 32), 604698501U);
  EXPECT_EQ(centre(50, 51, 28), 355196906U);
  EXPECT_EQ(centre(37, 90, 33), 680636724U);
}

// A JPEG file from pixels of `format`, 100 % quality, without subsampling.
Bytes jpeg(
    const std::vector<std::uint8_t>& pixels, int rows, int columns, int format, int sampling) {
  tjhandle compressor = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int code = tjCompress2(compressor,
                               pixels.data(),
                               columns,
                               0,
                               rows,
                               format,
                               &out,
                               &size,
                               sampling,
                               100,
                               TJFLAG_ACCURATEDCT);
  MURMUR_CHECK(code == 0, "{}", tjGetErrorStr2(compressor));
  Bytes bytes(out, out + size);
  tjFree(out);
  tjDestroy(compressor);
  return bytes;
}

// A smooth image: a tint of `colour`, brighter to the right.
Bytes smooth(std::uint8_t colour, int rows = 12, int columns = 16) {
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      for (const int k : {0, 1, 2}) {
        pixels.push_back(static_cast<std::uint8_t>(colour + 2 * column + 20 * k));
      }
    }
  }
  return jpeg(pixels, rows, columns, TJPF_RGB, TJSAMP_444);
}

DecodedImage decoded(const Bytes& bytes) {
  JpegDecoder decoder;
  DecodedImage image;
  const Status status = decoder.decode(bytes, image);
  MURMUR_CHECK(status, "{}", status.failure().message);
  return image;
}

TEST(Jpeg, GivesColoursOfEveryKindOfFile) {
  const DecodedImage colours = decoded(smooth(100));
  EXPECT_EQ(colours.shape, (ImageShape{3, 12, 16}));
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(colours.pixels[k * 192 + 5], 110 + 20 * static_cast<int>(k), 2);
  }
  const DecodedImage grey =
      decoded(jpeg(std::vector<std::uint8_t>(96, 77), 8, 12, TJPF_GRAY, TJSAMP_GRAY));
  EXPECT_EQ(grey.shape, (ImageShape{3, 8, 12}));
  EXPECT_THAT(grey.pixels, ::testing::Each(77));
  // Of the bytes (C, M, Y, K) in the file: 200 - (255 - 100) 200 / 255, and likewise.
  std::vector<std::uint8_t> ink;
  for (int i = 0; i < 64; ++i) {
    ink.insert(ink.end(), {100, 255, 0, 200});
  }
  const DecodedImage printed = decoded(jpeg(ink, 8, 8, TJPF_CMYK, TJSAMP_444));
  EXPECT_NEAR(printed.pixels[0], 78, 2);
  EXPECT_NEAR(printed.pixels[64], 200, 2);
  EXPECT_NEAR(printed.pixels[128], 0, 2);
}

TEST(Jpeg, RefusesWhatIsNoneOrEndsTooEarly) {
  const Bytes whole = smooth(100, 40, 40);
  JpegDecoder decoder;
  DecodedImage image;
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{2}, whole.size() / 2, whole.size() - 40}) {
    EXPECT_FALSE(decoder.decode(std::span(whole).first(length), image)) << length;
  }
  EXPECT_FALSE(decoder.decode(testing::make_cifar(1), image));
  EXPECT_TRUE(decoder.decode(whole, image));
}

class ImageFolder : public ::testing::Test {
 protected:
  ImageFolder() {
    for (const char* part : {"train", "val"}) {
      for (int i = 0; i < 5; ++i) {
        const auto shade = static_cast<std::uint8_t>(20 * i);
        write(std::string(part) + "/b cat/" + std::to_string(i) + ".JPEG",
              smooth(shade, 10 + i, 14));
        write(std::string(part) + "/Dog/" + std::to_string(i) + ".jpg", smooth(shade + 10, 14, 20));
      }
    }
    write("train/Dog/notes.txt", {1});
  }

  void write(const std::string& name, const Bytes& bytes) {
    write_file(folder_.path() / name, bytes);
  }

  Result<std::shared_ptr<const Dataset>> read(const char* damaged = "error") {
    Places places{.folder = folder_.path().string(), .environment = {}};
    places.settings.options.set("size", std::int64_t{8});
    places.settings.options.set("damaged", std::string(damaged));
    places.cache = folder_.path() / "cache";
    return read_dataset(*find_dataset("image-folder"), places);
  }

  const TemporaryFolder folder_;
};

TEST_F(ImageFolder, HasTheSortedFoldersAsClasses) {
  const auto dataset = read();
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_THAT(data.class_names, ElementsAre("Dog", "b cat"));
  EXPECT_EQ(data.classes, 2);
  EXPECT_EQ(data.training.shape(), (ImageShape{3, 8, 8}));
  EXPECT_THAT(data.training.labels(), ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
  EXPECT_EQ(unlike_published(data), "");
  EXPECT_EQ(contents_of(data), "images of 3 x 8 x 8, 2 classes");
}

TEST_F(ImageFolder, GivesImagesInTheSizeOfTheModel) {
  const auto dataset = read().value();
  const auto source = make_source<double>(dataset, Part::kTest);
  Batch<double> batch;
  source->gather(std::vector<std::int32_t>{7, 0}, nullptr, batch);
  EXPECT_THAT(batch.column(kTargets).integers, ElementsAre(1, 0));
  const DecodedImage image = decoded(smooth(40, 12, 14));
  std::vector<std::uint8_t> expected(192);
  resize_and_crop_centre({image.shape, image.pixels}, {3, 8, 8}, expected);
  for (std::size_t i = 0; i < 192; ++i) {
    const std::size_t c = i / 64;
    EXPECT_NEAR(batch.column(kInputs).numbers.values()[i],
                (expected[i] / 255.0 - dataset->mean[c]) / dataset->deviation[c],
                1e-12);
  }
}

// Threads in the background, and what was expected of them, change no number.
TEST_F(ImageFolder, IsTheSameOnAnyNumberOfThreads) {
  const auto dataset = read().value();
  std::vector<std::vector<double>> results;
  const std::vector<std::int32_t> which{3, 9, 0, 4, 4, 7};
  for (const int threads : {0, 1, 4}) {
    const auto source = make_source<double>(
        dataset, Part::kTraining, default_transforms({"random-resized-crop", "flip"}), threads);
    EXPECT_EQ(source->reads_ahead(), threads > 0);
    std::vector<double> all;
    for (std::int64_t step = 0; step < 6; ++step) {
      const Random draws(1, Stream::kAugment, 0, step);
      source->expect(which, Random(1, Stream::kAugment, 0, step + 1));
      Batch<double> batch;
      source->gather(which, &draws, batch);
      const auto values = batch.column(kInputs).numbers.values();
      all.insert(all.end(), values.begin(), values.end());
    }
    results.push_back(std::move(all));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
  const std::size_t batch = 6 * 192;
  EXPECT_FALSE(std::equal(results[0].begin(),
                          results[0].begin() + static_cast<std::ptrdiff_t>(batch),
                          results[0].begin() + static_cast<std::ptrdiff_t>(batch)))
      << "every step draws anew";
}

TEST_F(ImageFolder, RefusesDamagedImagesOrLeavesThemOut) {
  const std::uint64_t whole = read().value()->digest;
  Bytes cut = smooth(3, 30, 30);
  cut.resize(cut.size() / 2);
  write("train/Dog/2.jpg", cut);
  const auto refused = read();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().kind, FailureKind::kDamaged);
  EXPECT_THAT(refused.failure().message, AllOf(HasSubstr("train/Dog/2.jpg"), HasSubstr("skip")));
  for (const bool again : {false, true}) {
    const auto skipped = read("skip");
    ASSERT_TRUE(skipped) << skipped.failure().message << again;
    EXPECT_EQ(skipped.value()->training.count(), 9);
    EXPECT_EQ(unlike_published(*skipped.value()), "1 damaged image is left out: train/Dog/2.jpg");
    EXPECT_NE(skipped.value()->digest, whole);
  }
}

TEST_F(ImageFolder, SaysWhatIsMissing) {
  write("val/Horse/1.jpg", smooth(1));
  EXPECT_THAT(read().failure().message, HasSubstr("the class 'Horse' is none of the training"));
  std::filesystem::remove_all(folder_.path() / "val");
  EXPECT_EQ(read().failure().kind, FailureKind::kMissing);
  EXPECT_THAT(read().failure().message, HasSubstr("no folder with train and val"));
}

TEST_F(ImageFolder, ThrowsIfAFileIsGone) {
  const auto dataset = read().value();
  std::filesystem::remove(folder_.path() / "train/Dog/2.jpg");
  const auto source = make_source<float>(dataset, Part::kTraining, {}, 2);
  Batch<float> batch;
  const Random draws(1, Stream::kAugment);
  try {
    source->gather(std::vector<std::int32_t>{1, 2}, &draws, batch);
    FAIL() << "there is no such file";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("train/Dog/2.jpg"));
  }
}

// Parts of a plane that says where it is: red is the row, green the column.
TEST(RandomResizedCrop, TakesPartsAsTorchvisionDraws) {
  const TransformInfo& crop = *find_transform("random-resized-crop");
  DecodedImage image{.shape = {3, 200, 250}, .pixels = std::vector<std::uint8_t>(150000)};
  for (std::size_t row = 0; row < 200; ++row) {
    for (std::size_t column = 0; column < 250; ++column) {
      image.pixels[row * 250 + column] = static_cast<std::uint8_t>(row);
      image.pixels[50000 + row * 250 + column] = static_cast<std::uint8_t>(column);
    }
  }
  double smallest = 1;
  double largest = 0;
  std::vector<std::uint8_t> out(192);
  for (std::int64_t step = 0; step < 400; ++step) {
    crop.resize(
        {image.shape, image.pixels}, {Random(1, Stream::kAugment, 0, step), 0}, {3, 8, 8}, out);
    // Eighths of the part lie between neighbours.
    const double rows = (out[56] - out[0]) / 7.0 * 8;
    const double columns = (out[64 + 7] - out[64]) / 7.0 * 8;
    const double share = rows * columns / 50000;
    smallest = std::min(smallest, share);
    largest = std::max(largest, share);
    EXPECT_GT(columns / rows, 0.75 * 0.9);
    EXPECT_LT(columns / rows, 1.334 * 1.1);
  }
  EXPECT_NEAR(smallest, 0.09, 0.02);
  EXPECT_GT(largest, 0.85);
}

}  // namespace
}  // namespace murmur::data
