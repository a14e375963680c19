// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <variant>

#include "murmur/data/dataset.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"

namespace murmur::data {

std::int64_t Dataset::outputs() const {
  switch (task) {
    case Task::kClassification:
      return classes;
    case Task::kRegression:
      return training.column(kTargets).row_size();
    case Task::kLanguageModel:
    case Task::kTranslation:
      return vocabulary->size();
  }
  return 0;
}

ExampleForm Dataset::form() const {
  const std::int64_t numbers = outputs();
  if (vocabulary == nullptr) {
    return {.kind = ExampleKind::kArrays, .shape = training.shape(), .outputs = numbers};
  }
  return {.kind = task == Task::kClassification ? ExampleKind::kLabelledText
                  : task == Task::kTranslation  ? ExampleKind::kPairs
                                                : ExampleKind::kText,
          .shape = {},
          .outputs = numbers,
          .vocabulary = vocabulary->size(),
          .longest = longest};
}

std::vector<std::string> texts_of(const OptionValues& options, const std::string& list) {
  std::vector<std::string> texts;
  const auto found = options.all().find(list);
  if (found == options.all().end() || !std::holds_alternative<std::string>(found->second)) {
    return texts;
  }
  std::string_view rest = std::get<std::string>(found->second);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    texts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return texts;
}

const Examples& Dataset::examples(Part part) const {
  return part == Part::kTraining ? training : part == Part::kTest ? test : validation;
}

const std::vector<DatasetInfo>& datasets() {
  static const std::vector<DatasetInfo> kTable{fashion_mnist(),
                                               mnist(),
                                               cifar10(),
                                               cifar100(),
                                               imagenet32(),
                                               image_folder(),
                                               idx_folder(),
                                               arrays(),
                                               text(),
                                               ag_news(),
                                               text_classification(),
                                               translation()};
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
