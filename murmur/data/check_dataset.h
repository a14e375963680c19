// SPDX-License-Identifier: Apache-2.0
// What the readers of all datasets share: reading all files at once, and the checks that turn
// examples into a Dataset.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/bytes.h"
#include "murmur/data/dataset.h"
#include "murmur/files/array_file.h"

namespace murmur::data {

// The unpacked bytes of every file, or the failure of the first file that has one.
Result<std::vector<Bytes>> read_all(const DatasetFiles& files, const ForEach& for_each);

// A file of arrays, which may be compressed as a whole. kMissing, kIo, kDamaged.
Result<std::unique_ptr<files::ArrayFile>> open_arrays(const std::filesystem::path& path,
                                                      const std::filesystem::path& cache);

// Whether the unpacked bytes of a file are the published ones; none if no checksum is known.
std::optional<bool> is_as_published(const FileInfo& info, std::span<const std::uint8_t> bytes);

// Whether every file has a published checksum that its bytes match.
bool are_as_published(const DatasetInfo& info, std::span<const Bytes> contents);

std::uint64_t xxh3(std::span<const std::uint8_t> bytes);

// Of the content of all columns.
std::uint64_t digest_of(const Dataset& dataset);

// Sets mean and deviation to those of the training images, per channel. REQUIRES: they are images.
void measure_normalisation(Dataset& dataset);

// Completes a dataset that has its examples with what follows from `info` and from them: name,
// folder, classes, normalisation, digest. kDamaged: a label is too large, training and test images
// differ in shape, or their shape differs from that in `info`.
Result<Dataset> complete_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 Dataset dataset);

}  // namespace murmur::data
