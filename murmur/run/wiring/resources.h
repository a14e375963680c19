// SPDX-License-Identifier: Apache-2.0
// What the runs of one process share: datasets, found, unpacked and checked once. Processes that
// make a run together share them, too, where they are on one host.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "murmur/core/mutex.h"
#include "murmur/data/dataset.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

// Where data may lie: a folder that the configuration names, MURMUR_DATA, the system's places.
data::Places data_places(const std::string& folder);

class Resources {
 public:
  // kMissing, kDamaged. One caller reads; others wait for it. In a world this is collective,
  // processes have made the same runs before, and kPeer: one of them is gone.
  Result<std::shared_ptr<const data::Dataset>> dataset(const DataConfig& config,
                                                       threads::Pool& pool,
                                                       World* world = nullptr);

 private:
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<const data::Dataset>> datasets_ MURMUR_GUARDED_BY(mutex_);
};

std::shared_ptr<Resources> make_resources();

}  // namespace murmur::run
