// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/inspect/data_view.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/core/error.h"
#include "murmur/data/training_data.h"
#include "murmur/run/config/document.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/resources.h"
#include "murmur/run/wiring/wiring.h"
#include "murmur/threads/pool.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

// Everything that a training file must have besides [data].
constexpr const char* kRest = R"(workers = 1
[model]
name = "logistic"
[algorithm]
name = "sgd"
learning_rate = 0.1
[schedule]
steps = 1
)";

std::vector<std::int64_t> per_class(const data::Examples& examples, int classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t label : examples.labels()) {
    ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

std::vector<std::string> class_names(const data::Dataset& dataset) {
  std::vector<std::string> names = dataset.class_names;
  while (std::ssize(names) < dataset.classes) {
    names.push_back(std::to_string(names.size()));
  }
  return names;
}

void divide(const Config& config, std::shared_ptr<const data::Dataset> dataset, DataView& view) {
  const auto divided = data::divide(std::move(dataset), division_of(config));
  if (!divided) {
    const bool is_usage = divided.failure().kind == FailureKind::kInvalid;
    throw UserError(fmt::format("[data]: {}", divided.failure().message),
                    is_usage ? ExitCode::kUsage : ExitCode::kData);
  }
  const data::TrainingData& data = divided.value();
  const auto counts = data::class_counts(data);
  for (int worker = 0; worker < data.partition->workers(); ++worker) {
    const bool by_tokens = data.settings.batches.batch_tokens > 0;
    view.workers.push_back({.examples = data.partition->count(worker),
                            .batches = by_tokens ? data.batches->batches_of(worker) : 0,
                            .of_class = {}});
    if (!counts.empty()) {
      view.workers.back().of_class = counts[static_cast<std::size_t>(worker)];
    }
  }
  view.validation = std::ssize(data.validation.examples);
}

// Columns as wide as their widest entry, all but the first aligned to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += i == 0 ? fmt::format("  {:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    text += "\n";
  }
  return text;
}

template <class Number>
void append(std::vector<std::string>& row, const std::vector<Number>& numbers) {
  for (const Number& number : numbers) {
    row.push_back(fmt::format("{}", number));
  }
}

}  // namespace

Config data_config(const std::string& dataset, const std::vector<std::string>& set) {
  Document document = parse_document(kRest, "data");
  toml::table layer;
  layer.insert_or_assign("data.name", dataset);
  for (auto&& [key, value] : parse_set(set)) {
    const std::string path(key.str());
    const bool is_short = path != "workers" && path != "seed" && !path.starts_with("data.");
    value.visit([&, place = key.source()](const auto& node) {
      layer.insert_or_assign(toml::key(is_short ? "data." + path : path, place), node);
    });
  }
  apply_layer(document, layer);
  return read_config(document, Purpose::kTrain);
}

DataView view_data(const Config& config, bool divided) {
  threads::Pool pool(thread_count(config));
  const auto read = make_resources()->dataset(config.data, pool);
  if (!read) {
    throw UserError(read.failure().message, ExitCode::kData);
  }
  const data::Dataset& dataset = *read.value();
  DataView view;
  if (dataset.task == data::Task::kClassification) {
    view.classes = class_names(dataset);
    view.training = per_class(dataset.training, dataset.classes);
    view.test = per_class(dataset.test, dataset.classes);
  }
  if (divided || dataset.task == data::Task::kTranslation) {
    divide(config, read.value(), view);
  }
  return view;
}

std::string to_text(const DataView& view) {
  std::string text;
  std::vector<std::vector<std::string>> rows;
  if (!view.classes.empty()) {
    rows = {{"class"}, {"training"}, {"test"}};
    append(rows[0], view.classes);
    append(rows[1], view.training);
    append(rows[2], view.test);
  } else if (!view.workers.empty()) {
    rows = {{"worker"}};
  }
  const bool has_batches = !view.workers.empty() && view.workers.front().batches > 0;
  if (!view.workers.empty()) {
    rows.front().emplace_back(has_batches ? "pairs" : "all");
  }
  if (has_batches) {
    rows.front().emplace_back("batches");
  }
  for (std::size_t worker = 0; worker < view.workers.size(); ++worker) {
    rows.push_back({fmt::format("worker {}", worker)});
    append(rows.back(), view.workers[worker].of_class);
    rows.back().push_back(std::to_string(view.workers[worker].examples));
    if (has_batches) {
      rows.back().push_back(std::to_string(view.workers[worker].batches));
    }
  }
  text += aligned(rows);
  return view.validation > 0 ? text + fmt::format("  validation  {}\n", view.validation) : text;
}

nlohmann::ordered_json to_json(const DataView& view) {
  Json json{{"classes", Json::array()}};
  for (std::size_t c = 0; c < view.classes.size(); ++c) {
    json["classes"].push_back({{"name", view.classes[c]},
                               {"training_examples", view.training[c]},
                               {"test_examples", view.test[c]}});
  }
  if (!view.workers.empty()) {
    json["validation_examples"] = view.validation;
    json["workers"] = Json::array();
    for (const WorkerView& worker : view.workers) {
      Json one{{"examples", worker.examples}, {"classes", worker.of_class}};
      if (worker.batches > 0) {
        one["batches"] = worker.batches;
      }
      json["workers"].push_back(std::move(one));
    }
  }
  return json;
}

}  // namespace murmur::run
