// SPDX-License-Identifier: Apache-2.0
// Resources that the runs of one process share: datasets, located, unpacked and checked once. The
// processes of one run share them as well if they are on one host.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/data/dataset.h"
#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

// Possible locations of data: the configured folder, MURMUR_DATA, the system's folders; or the
// configured file.
data::Places data_places(const std::string& folder, const std::string& file = {});
data::Places data_places(const DataConfig& config);

// The exit code of a command that cannot read its data.
ExitCode code_of(const Failure& failure);

class Resources {
 public:
  // Fails with kMissing or kDamaged. One thread reads; others wait for it. With a `world` it is
  // collective. REQUIRES: its processes have made the same runs before. kPeer: a process is gone.
  Result<std::shared_ptr<const data::Dataset>> dataset(const DataConfig& config,
                                                       threads::Pool& pool,
                                                       World* world = nullptr);

 private:
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<const data::Dataset>> datasets_ MURMUR_GUARDED_BY(mutex_);
};

std::shared_ptr<Resources> make_resources();

}  // namespace murmur::run
