// SPDX-License-Identifier: Apache-2.0
// A dataset once per host: the first process of a host reads it and puts it into memory that the
// others map. Where that cannot be, every process reads for itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::run {

using ReadDataset = std::function<Result<std::shared_ptr<const data::Dataset>>()>;

// Collective. Processes of one `home` can open each other's memory and would read the same; an
// empty one is nobody else's. The first process of a home calls read(), and its failure is the
// failure of all of that home. kPeer: a process is gone.
Result<std::shared_ptr<const data::Dataset>> share_dataset(comm::Transport& transport,
                                                           const std::string& home,
                                                           const ReadDataset& read);

// What share_dataset() is made of. A dataset whose examples lie in shared memory, and the text by
// which other processes find it as long as `dataset` lives.
struct SharedDataset {
  std::shared_ptr<const data::Dataset> dataset;
  std::string address;
};
// A copy. kIo: the system has no memory to share.
Result<SharedDataset> put_where_others_see(const data::Dataset& dataset);
// kIo: its maker is gone, or its memory cannot be opened.
Result<std::shared_ptr<const data::Dataset>> open_dataset(const std::string& address);

}  // namespace murmur::run
