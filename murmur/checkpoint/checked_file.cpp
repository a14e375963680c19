// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/checked_file.h"

#include <cstdint>

#include <fmt/format.h>

#include "murmur/files/digest.h"

namespace murmur::checkpoint {

Result<files::SafetensorsReader> open_checked(const std::filesystem::path& folder,
                                              const CheckpointFile& file) {
  const std::filesystem::path path = folder / file.name;
  Result<files::SafetensorsReader> reader = files::SafetensorsReader::open(path);
  if (!reader) {
    Failure failure = reader.failure();
    failure.kind = failure.kind == FailureKind::kMissing ? FailureKind::kDamaged : failure.kind;
    return failure;
  }
  const Result<std::uint64_t> digest = files::digest_of_file(path);
  if (!digest) {
    return digest.failure();
  }
  if (digest.value() != file.digest) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} is damaged: its digest is {}, the manifest says {}",
                               path.string(),
                               files::to_hex(digest.value()),
                               files::to_hex(file.digest))};
  }
  return reader;
}

}  // namespace murmur::checkpoint
