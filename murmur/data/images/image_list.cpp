// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/images/image_list.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/cache/unpacked_cache.h"
#include "murmur/data/check_dataset.h"
#include "murmur/data/images/jpeg.h"

namespace murmur::data {

namespace fs = std::filesystem;

Failure wrong(FailureKind kind, const fs::path& path, const std::string& what) {
  return {kind, fmt::format("{}: {}", path.string(), what)};
}

namespace {

bool is_jpeg(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(
      ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg";
}

}  // namespace

Result<std::vector<std::string>> sorted_names(const fs::path& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (folders ? entry->is_directory(ignored)
                : entry->is_regular_file(ignored) && is_jpeg(entry->path())) {
      names.push_back(entry->path().filename().string());
    }
  }
  if (error) {
    return wrong(FailureKind::kIo, folder, "cannot be listed: " + error.message());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::vector<ImageFile>> list_files(const fs::path& folder,
                                          const std::string& part,
                                          const std::vector<std::string>& classes) {
  const auto found = sorted_names(folder / part, true);
  if (!found) {
    return found.failure();
  }
  std::vector<ImageFile> files;
  for (const std::string& name : found.value()) {
    const auto place = std::ranges::lower_bound(classes, name);
    if (place == classes.end() || *place != name) {
      return wrong(FailureKind::kDamaged,
                   folder / part / name,
                   fmt::format("the class '{}' is none of the training images'", name));
    }
    const auto images = sorted_names(folder / part / name, false);
    if (!images) {
      return images.failure();
    }
    if (images.value().empty() && part == "train") {
      return wrong(
          FailureKind::kDamaged, folder / part / name, "there is no .jpg or .jpeg file in it");
    }
    for (const std::string& image : images.value()) {
      const std::string path = part + "/" + name + "/" + image;
      std::error_code ignored;
      const auto changed = fs::last_write_time(folder / path, ignored).time_since_epoch().count();
      files.push_back({path,
                       static_cast<std::int32_t>(place - classes.begin()),
                       fs::file_size(folder / path, ignored),
                       static_cast<std::int64_t>(changed)});
    }
  }
  if (files.empty() || files.size() > std::numeric_limits<std::int32_t>::max()) {
    return wrong(FailureKind::kDamaged,
                 folder / part,
                 fmt::format("it holds {} images in folders of classes", files.size()));
  }
  return files;
}

Result<std::uint64_t> digest_of_image(const fs::path& path) {
  const Result<Bytes> bytes = read_bytes(path);
  if (!bytes) {
    return bytes.failure();
  }
  thread_local JpegDecoder decoder;
  thread_local DecodedImage image;
  if (const Status decoded = decoder.decode(bytes.value(), image); !decoded) {
    return wrong(decoded.failure().kind, path, decoded.failure().message);
  }
  return std::max<std::uint64_t>(xxh3(bytes.value()), 1);
}

namespace {

// The digests of these files in the cache.
fs::path cached_digests(const fs::path& cache,
                        const fs::path& folder,
                        const std::vector<ImageFile>& files) {
  std::string text = fs::absolute(folder).string();
  for (const ImageFile& file : files) {
    text += fmt::format("\n{} {} {}", file.path, file.bytes, file.changed);
  }
  const auto* begin = reinterpret_cast<const std::uint8_t*>(text.data());
  return cache_entry(cache, {begin, text.size()});
}

}  // namespace

void find_digests(const fs::path& folder,
                  const fs::path& cache,
                  const ForEach& for_each,
                  std::vector<ImageFile>& files) {
  const fs::path entry = cache.empty() ? fs::path() : cached_digests(cache, folder, files);
  const std::size_t size = files.size() * sizeof(std::uint64_t);
  std::optional<Bytes> kept = cache.empty() ? std::nullopt : read_cache_entry(entry, size);
  if (kept && kept->size() == size) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::memcpy(&files[i].xxh3, kept->data() + i * sizeof(std::uint64_t), sizeof(std::uint64_t));
    }
    return;
  }
  for_each(files.size(), [&](std::size_t i) {
    const auto digest = digest_of_image(folder / files[i].path);
    files[i].xxh3 = digest ? digest.value() : 0;
  });
  if (!cache.empty()) {
    Bytes digests(size);
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::memcpy(
          digests.data() + i * sizeof(std::uint64_t), &files[i].xxh3, sizeof(std::uint64_t));
    }
    write_cache_entry(entry, digests);
  }
}

}  // namespace murmur::data
