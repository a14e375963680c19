// SPDX-License-Identifier: Apache-2.0
// Reads a dataset once per host: the first process of a host reads it into shared memory, which the
// others map. If that is not possible, every process reads it itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/data/dataset.h"

namespace murmur::run {

using ReadDataset = std::function<Result<std::shared_ptr<const data::Dataset>>()>;

// Collective. Processes with equal `sharing_key` are a group: they can open each other's memory and
// would read the same; an empty key is a group of one process. The first process of a group calls
// read(), and its failure is the failure of the whole group. kPeer: a process is gone.
Result<std::shared_ptr<const data::Dataset>> share_dataset(comm::Transport& transport,
                                                           const std::string& sharing_key,
                                                           const ReadDataset& read);

// The parts of share_dataset(): a dataset whose examples are in shared memory, and the text by
// which other processes open it during the lifetime of `dataset`.
struct SharedDataset {
  std::shared_ptr<const data::Dataset> dataset;
  std::string address;
};
// Copies `dataset` to shared memory. kIo: the system has no memory to share.
Result<SharedDataset> put_where_others_see(const data::Dataset& dataset);
// Opens the dataset at `address`. kIo: its process is gone, or its memory cannot be opened.
Result<std::shared_ptr<const data::Dataset>> open_dataset(const std::string& address);

}  // namespace murmur::run
