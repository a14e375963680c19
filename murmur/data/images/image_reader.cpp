// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/image_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/bytes.h"
#include "murmur/data/images/image_files.h"
#include "murmur/data/transforms/resize.h"

namespace murmur::data {
namespace {

// Batches that were expected and not read: of steps that a method has given up.
constexpr std::size_t kMostExpected = 256;

bool same(const std::optional<Random>& a, const Random* b) {
  return a.has_value() == (b != nullptr) && (b == nullptr || a->bits(0) == b->bits(0));
}

}  // namespace

ImageReader::ImageReader(const Column& x,
                         ImageFiles files,
                         const std::vector<TransformChoice>& transforms,
                         int threads)
    : x_(x),
      files_(std::move(files)),
      transforms_(transforms),
      image_bytes_(static_cast<std::size_t>(files_.shape[0] * files_.shape[1] * files_.shape[2])) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { serve(); });
  }
}

ImageReader::~ImageReader() {
  {
    const Lock lock(mutex_);
    stops_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

std::shared_ptr<ImageReader::Job> ImageReader::make_job(std::span<const std::int32_t> which,
                                                        const Random* draws) const {
  auto job = std::make_shared<Job>();
  job->which.assign(which.begin(), which.end());
  if (draws != nullptr) {
    job->draws = *draws;
  }
  job->pixels.resize(which.size() * image_bytes_);
  return job;
}

Status ImageReader::read_image(const Job& job,
                               std::size_t place,
                               Scratch& scratch,
                               std::span<std::uint8_t> out) const {
  const std::string path = files_.folder + "/" + path_in(x_, job.which[place]);
  const Result<Bytes> bytes = read_bytes(path);
  if (!bytes) {
    return bytes.failure();
  }
  if (const Status decoded = scratch.decoder.decode(bytes.value(), scratch.image); !decoded) {
    return Failure{decoded.failure().kind, fmt::format("{}: {}", path, decoded.failure().message)};
  }
  ImageView image{scratch.image.shape, scratch.image.pixels};
  std::vector<std::uint8_t> centre;
  const bool augments = job.draws.has_value();
  if (!augments || !transforms_.resize()) {
    centre.resize(image_bytes_);
    resize_and_crop_centre(image, files_.shape, centre);
    image = {files_.shape, centre};
  }
  const auto pixels =
      augments ? transforms_.apply(image, *job.draws, place, files_.shape, scratch.transforms)
               : image.pixels;
  std::ranges::copy(pixels, out.begin());
  return Ok{};
}

// Reads images of the job that nobody has begun, until there are none.
void ImageReader::work(Job& job, Scratch& scratch) const {
  std::size_t place = job.next.fetch_add(1);
  for (; place < job.which.size(); place = job.next.fetch_add(1)) {
    const auto out = std::span(job.pixels).subspan(place * image_bytes_, image_bytes_);
    const Status read = read_image(job, place, scratch, out);
    const Lock lock(job.mutex);
    if (!read) {
      job.trouble = read.failure().message;
    }
    if (++job.done == job.which.size()) {
      job.all_done.notify_all();
    }
  }
}

void ImageReader::serve() {
  Scratch scratch;
  while (true) {
    std::shared_ptr<Job> job;
    {
      const Lock lock(mutex_);
      while (!stops_ && waiting_.empty()) {
        changed_.wait(mutex_);
      }
      if (stops_) {
        return;
      }
      job = waiting_.front();
      if (job->next.load() >= job->which.size()) {
        waiting_.pop_front();
        continue;
      }
    }
    work(*job, scratch);
  }
}

std::shared_ptr<ImageReader::Job> ImageReader::take(std::span<const std::int32_t> which,
                                                    const Random* draws) {
  const Lock lock(mutex_);
  const auto found = std::ranges::find_if(expected_, [&](const std::shared_ptr<Job>& job) {
    return same(job->draws, draws) && std::ranges::equal(job->which, which);
  });
  if (found == expected_.end()) {
    return nullptr;
  }
  auto job = *found;
  expected_.erase(found);
  return job;
}

std::vector<std::uint8_t> ImageReader::read(std::span<const std::int32_t> which,
                                            const Random* draws) {
  std::shared_ptr<Job> job = take(which, draws);
  if (job == nullptr) {
    job = make_job(which, draws);
    if (!threads_.empty()) {
      const Lock lock(mutex_);
      waiting_.push_front(job);
      changed_.notify_all();
    }
  }
  thread_local Scratch scratch;
  work(*job, scratch);
  const Lock lock(job->mutex);
  while (job->done < job->which.size()) {
    job->all_done.wait(job->mutex);
  }
  if (!job->trouble.empty()) {
    throw std::runtime_error(job->trouble);
  }
  return std::move(job->pixels);
}

void ImageReader::expect(std::span<const std::int32_t> which, const Random& draws) {
  if (threads_.empty()) {
    return;
  }
  const std::shared_ptr<Job> job = make_job(which, &draws);
  const Lock lock(mutex_);
  const bool known = std::ranges::any_of(expected_, [&](const std::shared_ptr<Job>& other) {
    return same(other->draws, &draws) && std::ranges::equal(other->which, which);
  });
  if (known) {
    return;
  }
  if (expected_.size() == kMostExpected) {
    std::erase(waiting_, expected_.front());
    expected_.pop_front();
  }
  expected_.push_back(job);
  waiting_.push_back(job);
  changed_.notify_all();
}

}  // namespace murmur::data
