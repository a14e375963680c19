// SPDX-License-Identifier: Apache-2.0
// Reads batches of images: the file, its pixels, its transforms. A batch that is expected is read
// by threads in the background; whoever asks for it reads what they have not begun.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "murmur/core/mutex.h"
#include "murmur/core/random.h"
#include "murmur/data/column.h"
#include "murmur/data/images/jpeg.h"
#include "murmur/data/transforms/transform.h"

namespace murmur::data {

class ImageReader {
 public:
  // `x`: the paths of the files; it outlives the reader. REQUIRES: the transforms are known.
  ImageReader(const Column& x,
              ImageFiles files,
              const std::vector<TransformChoice>& transforms,
              int threads);
  ImageReader(const ImageReader&) = delete;
  ImageReader& operator=(const ImageReader&) = delete;
  ~ImageReader();

  // The pixels of a batch, count x channels x rows x columns. Null draws: without transforms, as a
  // test set. Throws std::runtime_error if a file cannot be read. Thread-safe.
  std::vector<std::uint8_t> read(std::span<const std::int32_t> which, const Random* draws);
  // That batch will probably be read. No effect without threads. Thread-safe.
  void expect(std::span<const std::int32_t> which, const Random& draws);

 private:
  struct Job {
    std::vector<std::int32_t> which;
    std::optional<Random> draws;
    std::vector<std::uint8_t> pixels;
    std::atomic<std::size_t> next = 0;  // the first image that nobody has begun
    Mutex mutex;
    Condition all_done;
    std::size_t done MURMUR_GUARDED_BY(mutex) = 0;
    std::string trouble MURMUR_GUARDED_BY(mutex) = {};
  };
  struct Scratch {
    JpegDecoder decoder;
    DecodedImage image;
    ImageTransforms::Scratch transforms;
  };

  std::shared_ptr<Job> make_job(std::span<const std::int32_t> which, const Random* draws) const;
  // The job of a batch that was expected, or null.
  std::shared_ptr<Job> take(std::span<const std::int32_t> which, const Random* draws);
  void work(Job& job, Scratch& scratch) const;
  Status read_image(const Job& job,
                    std::size_t place,
                    Scratch& scratch,
                    std::span<std::uint8_t> out) const;
  void serve();

  const Column& x_;
  const ImageFiles files_;
  const ImageTransforms transforms_;
  const std::size_t image_bytes_;
  Mutex mutex_;
  Condition changed_;
  bool stops_ MURMUR_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Job>> waiting_ MURMUR_GUARDED_BY(mutex_);  // not yet begun
  std::deque<std::shared_ptr<Job>> expected_ MURMUR_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace murmur::data
