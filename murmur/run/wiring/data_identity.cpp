// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/data_identity.h"

#include <optional>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/files/digest.h"
#include "murmur/run/records/summary.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

std::string other_data(const data::Dataset& dataset, const std::string& digest_before) {
  return fmt::format(
      "the content of its data differs: '{}' in {} has the digest {}, the run was made with {}. "
      "Bring back those data (data.folder), or start anew: without --resume and with another "
      "--output",
      dataset.name,
      dataset.folder.string(),
      files::to_hex(dataset.digest),
      digest_before);
}

void require_data_of(const std::filesystem::path& folder,
                     const Config& config,
                     Resources& resources,
                     ExitCode code,
                     const Warn& warn) {
  const auto summary = read_summary(folder);
  if (!summary || summary->data_digest.empty()) {
    return;  // written by an earlier version
  }
  threads::Pool pool(thread_count(config));
  const auto read = resources.dataset(config.data, pool);
  if (!read) {
    if (warn) {
      warn(fmt::format("whether {} was made with the same data is not known: {}",
                       folder.string(),
                       read.failure().message));
    }
    return;
  }
  if (files::to_hex(read.value()->digest) != summary->data_digest) {
    throw UserError(fmt::format("the output folder {} holds a run already: another one, {}",
                                folder.string(),
                                other_data(*read.value(), summary->data_digest)),
                    code);
  }
}

void require_same_data(World& world, const std::string& digest) {
  const std::string first = world.broadcast(digest);
  std::optional<UserError> error;
  if (digest != first) {
    error =
        UserError(fmt::format("its data are not those of process 0: the digest of their content "
                              "is {}, not {}",
                              digest,
                              first),
                  ExitCode::kData);
  }
  world.agree(error);
}

}  // namespace murmur::run
