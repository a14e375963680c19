// SPDX-License-Identifier: Apache-2.0
// Reads the tables that only a training run has.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/models/model.h"
#include "murmur/run/config/data/augment.h"
#include "murmur/run/config/data/dataset_keys.h"
#include "murmur/run/config/data/division.h"
#include "murmur/run/config/data/validation.h"
#include "murmur/run/config/tables.h"

namespace murmur::run {
namespace {

void read_data(const Document& document, Config& config) {
  TableReader table(document, "data");
  DataConfig& data = config.data;
  for (const char* key : {"partition",
                          "alpha",
                          "shards_per_worker",
                          "batch_size",
                          "drop_last",
                          "seed",
                          "folder",
                          "augment",
                          "validation",
                          "amounts",
                          "by",
                          "partition_file",
                          "objective",
                          "own_test"}) {
    table.has(key);
  }
  read_dataset_keys(table, data);
  data.augment = read_augment(document, table, data.dataset.name);
  data.validation = read_validation(table);
  data.partition = table.text("partition", data.partition, kind_of("partition").names());
  data.alpha = table.number("alpha", data.alpha, kPositive);
  data.shards_per_worker = table.integer("shards_per_worker", data.shards_per_worker, kCount);
  read_division(table, config.workers, data);
  data.partition_file = absolute_path(data.partition_file);
  data.own_test = table.flag("own_test", false);
  if (data.dataset.options.has("batch_tokens") && table.has("batch_size")) {
    table.fail("batch_size",
               fmt::format("data.name = \"{}\" has data.batch_tokens in place of data.batch_size",
                           data.dataset.name));
  }
  data.batch_size = table.integer("batch_size", data.batch_size, kCount);
  data.drop_last = table.flag("drop_last", data.drop_last);
  data.seed = read_seed(table, config.seed);
  data.folder = absolute_path(table.text("folder", "", {}));
}

void read_loss(const Document& document, Config& config) {
  constexpr Bounds kShare{0, 1, false, false, "a number from 0 to 1"};
  TableReader table(document, "loss");
  config.label_smoothing = table.number("label_smoothing", 0, kShare);
  table.finish();
}

OptionValues without(const OptionValues& values, const std::string& name) {
  OptionValues others;
  for (const auto& [key, value] : values.all()) {
    if (key != name) {
      others.set(key, value);
    }
  }
  return others;
}

Choice read_model(const Document& document, Config& config) {
  TableReader table(document, "model");
  const Kind& kind = kind_of("model");
  table.has("dropout");  // 0 is allowed for every model
  config.bf16 = table.text("compute", "single", {"single", "bf16"}) == "bf16";
  if (config.bf16 && config.precision == Precision::kDouble) {
    table.fail("compute",
               "model.compute = \"bf16\" goes with precision = \"single\" alone, not with "
               "\"double\"");
  }
  table.has("weights");  // of every model
  Choice choice = read_choice(table, kind);
  const OptionValues& options = choice.options;
  if (!options.has("dropout") && table.number("dropout", 0, kMomentum) != 0) {
    table.fail("dropout", "model.dropout: " + others_option(kind, choice.name, "dropout"));
  }
  const models::Model* model = models::find_model(choice.name);
  MURMUR_CHECK(model != nullptr, "model '{}'", choice.name);
  if (options.has("folder")) {
    choice.options.set("folder", absolute_path(options.text("folder")));
  }
  if (const Status fits = model->check == nullptr ? Status(Ok{}) : model->check(options); !fits) {
    const Failure& failure = fits.failure();
    if (failure.kind != FailureKind::kInvalid) {
      throw UserError(fmt::format("{}: {}", table.place(), failure.message),
                      exit_code(failure.kind));
    }
    table.fail("name", failure.message);
  }
  if (options.has("statistics") && options.text("norm") != "batch") {
    if (table.has("statistics")) {
      table.fail("statistics",
                 fmt::format("model.statistics is about norm = \"batch\", not about \"{}\"",
                             options.text("norm")));
    }
    choice.options = without(options, "statistics");
  }
  return choice;
}

// The words of an encoder's text are those of its folder.
void settle_vocabulary(Config& config) {
  OptionValues& data = config.data.dataset.options;
  const OptionValues& model = config.model.options;
  if (data.has("vocabulary") && data.text("vocabulary").empty() && model.has("folder")) {
    data.set("vocabulary", model.text("folder") + "/vocab.txt");
  }
}

// Empty: a fresh start. An encoder starts from its folder's weights, where there are some.
std::string read_weights(const Document& document, const OptionValues& model) {
  TableReader table(document, "model");
  if (model.has("folder") && !table.has("weights")) {
    const std::string published = model.text("folder") + "/model.safetensors";
    return std::filesystem::exists(published) ? published : std::string();
  }
  const std::string path = table.text("weights", "none", {});
  return path == "none" ? std::string() : absolute_path(path);
}

Scale read_scale(TableReader& table) {
  const toml::node* node = table.node("scale");
  if (node == nullptr) {
    return {};
  }
  if (node->is_number()) {
    return {Scale::Kind::kNumber, table.number("scale", 1, kPositive)};
  }
  const std::string word = table.text("scale", "none", {"none", "workers", "degree"});
  if (word == "none") {
    return {};
  }
  return {word == "workers" ? Scale::Kind::kWorkers : Scale::Kind::kDegree, 1};
}

void read_decay(TableReader& table, ScheduleConfig& schedule) {
  const auto epochs = table.numbers("decay_epochs", kNonNegative);
  const auto steps = table.integers("decay_steps", kIndex);
  if (!epochs.empty() && !steps.empty()) {
    table.fail("decay_steps", "write schedule.decay_epochs or schedule.decay_steps, not both");
  }
  for (const double at : epochs) {
    schedule.decay_at.push_back({at, true});
  }
  for (const std::int64_t at : steps) {
    schedule.decay_at.push_back({static_cast<double>(at), false});
  }
  schedule.decay_factor = table.number("decay_factor", schedule.decay_factor, kPositive);
}

// Keys of another schedule are errors; if no name is given, the keys of "step" select it.
void read_schedule_name(TableReader& table, ScheduleConfig& schedule) {
  const Kind& kind = kind_of("schedule");
  const bool decays = table.has("decay_epochs") || table.has("decay_steps");
  schedule.name = table.text("name", decays ? "step" : "constant", kind.names());
  const std::vector<std::string> own = keys_of("schedule", schedule.name);
  for (const std::string& key : keys_of_all("schedule")) {
    const bool is_own = std::find(own.begin(), own.end(), key) != own.end();
    if (!is_own && table.has(key)) {
      table.fail(key,
                 fmt::format("schedule.{} belongs to schedule.name = \"{}\", not to \"{}\"",
                             key,
                             having(kind, key).front(),
                             schedule.name));
    }
  }
}

void read_schedule(const Document& document, Config& config) {
  TableReader table(document, "schedule");
  ScheduleConfig& schedule = config.schedule;
  const auto length = read_span(table, "", kNonNegative);
  schedule.warmup = read_span(table, "warmup", kNonNegative);
  schedule.warmup_from = table.maybe_number("warmup_from", kNonNegative);
  schedule.scale = read_scale(table);
  read_schedule_name(table, schedule);
  read_decay(table, schedule);
  schedule.minimum = table.number("minimum", schedule.minimum, kNonNegative);
  table.finish();
  if (!length) {
    table.fail("epochs",
               "the length of the run is missing: write schedule.epochs or schedule.steps");
  }
  schedule.length = *length;
}

void read_checkpoint(const Document& document, Config& config) {
  TableReader table(document, "checkpoint");
  config.checkpoint.every_steps = table.maybe_integer("every_steps", kCount);
  config.checkpoint.every_minutes = table.maybe_number("every_minutes", kPositive);
  config.checkpoint.keep = table.integer("keep", config.checkpoint.keep, kCount);
  config.checkpoint.best = table.text("best", "", {});
  table.finish();
}

void read_output(const Document& document, Config& config) {
  TableReader table(document, "output");
  config.output.trace = table.flag("trace", false);
  config.output.tensorboard = table.flag("tensorboard", false);
  config.output.csv = table.flag("csv", false);
  table.finish();
}

void read_processes(const Document& document, Config& config) {
  TableReader table(document, "processes");
  config.processes.timeout_s = table.number("timeout_s", config.processes.timeout_s, kPositive);
  config.processes.shared_memory = table.flag("shared_memory", true);
  table.finish();
}

}  // namespace

void read_training(const Document& document, Config& config) {
  if (config.purpose == Purpose::kTrain) {
    read_data(document, config);
    config.model = read_model(document, config);
    settle_vocabulary(config);
    config.weights = read_weights(document, config.model.options);
    read_loss(document, config);
  }
  if (config.purpose == Purpose::kTrain || document.root.contains("schedule")) {
    read_schedule(document, config);
  } else {
    config.schedule.name.clear();
  }
  read_evaluation(document, config);
  read_checkpoint(document, config);
  read_output(document, config);
  read_processes(document, config);
  config.cluster = read_cluster(document, config.workers);
}

}  // namespace murmur::run
