// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "murmur/data/dataset.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"

namespace murmur::data {

std::int64_t Dataset::outputs() const {
  return task == Task::kClassification ? classes : training.column(kTargets).row_size();
}

const std::vector<DatasetInfo>& datasets() {
  static const std::vector<DatasetInfo> kTable{fashion_mnist(),
                                               mnist(),
                                               cifar10(),
                                               cifar100(),
                                               imagenet32(),
                                               image_folder(),
                                               idx_folder(),
                                               arrays()};
  return kTable;
}

const DatasetInfo* find_dataset(std::string_view name) {
  const auto& table = datasets();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& info) { return info.name == name; });
  return found == table.end() ? nullptr : &*found;
}

DatasetInfo configured(const DatasetInfo& info, const OptionValues& options) {
  DatasetInfo made = info;
  OptionValues all(info.options);
  for (const auto& [key, value] : options.all()) {
    all.set(key, value);
  }
  if (info.configure != nullptr) {
    info.configure(made, all);
  }
  return made;
}

Result<std::shared_ptr<const Dataset>> read_dataset(const DatasetInfo& info,
                                                    const Places& places,
                                                    const ForEach& for_each) {
  const Result<DatasetFiles> files = find_files(info, places);
  if (!files) {
    return files.failure();
  }
  DatasetFiles found = files.value();
  found.settings = places.settings;
  found.cache = places.cache;
  Result<Dataset> dataset = info.read(configured(info, found.settings.options), found, for_each);
  if (!dataset) {
    return dataset.failure();
  }
  return std::shared_ptr<const Dataset>(
      std::make_shared<const Dataset>(std::move(dataset).value()));
}

}  // namespace murmur::data
