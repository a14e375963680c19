// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/resources.h"

#include <cstdlib>

#include "murmur/core/check.h"
#include "murmur/run/train.h"

namespace murmur::run {

data::Places data_places(const std::string& folder) {
  const char* environment = std::getenv("MURMUR_DATA");
  return {.folder = folder, .environment = environment == nullptr ? "" : environment};
}

Result<std::shared_ptr<const data::Dataset>> Resources::dataset(const DataConfig& config,
                                                                threads::Pool& pool) {
  const data::DatasetInfo* info = data::find_dataset(config.dataset.name);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", config.dataset.name);
  const data::Places places = data_places(config.folder);
  const std::string key = config.dataset.name + '\n' + places.folder + '\n' + places.environment;
  const Lock lock(mutex_);
  auto& known = datasets_[key];
  if (known != nullptr) {
    return known;
  }
  auto read = data::read_dataset(
      *info, places, [&](std::size_t count, const std::function<void(std::size_t)>& task) {
        pool.run(count, [&](std::size_t index, int /*thread*/) { task(index); });
      });
  if (read) {
    known = read.value();
  }
  return read;
}

std::shared_ptr<Resources> make_resources() {
  return std::make_shared<Resources>();
}

}  // namespace murmur::run
