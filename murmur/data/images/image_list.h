// SPDX-License-Identifier: Apache-2.0
// The files of a set of images in folders, and which of them are damaged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::data {

struct ImageFile {
  std::string path;  // below the folder of the set
  std::int32_t label = 0;
  std::uintmax_t bytes = 0;
  std::int64_t changed = 0;
  std::uint64_t xxh3 = 0;  // 0: damaged
};

// "PATH: WHAT".
Failure wrong(FailureKind kind, const std::filesystem::path& path, const std::string& what);

// The names of the folders in a folder, or of its JPEG files, sorted by their bytes. kIo.
Result<std::vector<std::string>> sorted_names(const std::filesystem::path& folder, bool folders);

// The files of a part, "train" or "val", by class and name. `classes`: sorted. kDamaged: there is
// none, a folder of training has none, or a class is unknown; kIo.
Result<std::vector<ImageFile>> list_files(const std::filesystem::path& folder,
                                          const std::string& part,
                                          const std::vector<std::string>& classes);

// Decodes an image; its failure names the file.
Result<std::uint64_t> digest_of_image(const std::filesystem::path& path);

// Sets the digests of all files, by decoding them or from the cache.
void find_digests(const std::filesystem::path& folder,
                  const std::filesystem::path& cache,
                  const ForEach& for_each,
                  std::vector<ImageFile>& files);

}  // namespace murmur::data
