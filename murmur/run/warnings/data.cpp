// SPDX-License-Identifier: Apache-2.0
// Warnings about [data] and [evaluation].
#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"

namespace murmur::run {
namespace {

// Equal shares leave out less than one example per worker. Largest fraction without a warning.
constexpr double kLeftOut = 0.03;

void look_at_shares(const WarningSubject& subject, Found& found) {
  const RunExtent& extent = subject.extent;
  const DataConfig& data = subject.config.data;
  if (data.partition == "replicate" || data.amounts.kind != data::Amounts::Kind::kEqual) {
    return;
  }
  const std::int64_t used = extent.examples_per_worker * subject.config.workers;
  const std::int64_t left = extent.training_examples - used;
  if (static_cast<double>(left) <= kLeftOut * static_cast<double>(extent.training_examples)) {
    return;
  }
  const bool shards = subject.config.data.partition == "shards";
  found.add(fmt::format(
      "workers = {}: in equal shares every worker has {} of the {} training examples, and {} of "
      "them ({:.0f} %) are never used. Take a number of workers{} that divides {} with a smaller "
      "remainder",
      subject.config.workers,
      extent.examples_per_worker,
      extent.training_examples,
      left,
      100.0 * static_cast<double>(left) / static_cast<double>(extent.training_examples),
      shards ? " times data.shards_per_worker" : "",
      extent.training_examples));
}

void look_at_place(const Config& config, Found& found) {
  if (!config.data.folder.empty() && is_written(config, "data.folder") &&
      config.data.dataset.options.has("file")) {
    found.add_unused(
        "data.folder",
        fmt::format("data.folder has no effect: \"{}\" is the one file data.file. Leave it out",
                    config.data.dataset.name));
  }
}

void look_at_partition(const Config& config, Found& found) {
  const DataConfig& data = config.data;
  if (data.partition != "dirichlet" && is_written(config, "data.alpha")) {
    found.add_unused(
        "data.alpha",
        fmt::format("data.alpha = {} has no effect: data.partition = \"{}\" does not use it. Take "
                    "data.partition = \"dirichlet\", or leave data.alpha out",
                    data.alpha,
                    data.partition));
  }
  if (data.partition != "shards" && is_written(config, "data.shards_per_worker")) {
    found.add_unused(
        "data.shards_per_worker",
        fmt::format("data.shards_per_worker = {} has no effect: data.partition = \"{}\" does not "
                    "use it. Take data.partition = \"shards\", or leave it out",
                    data.shards_per_worker,
                    data.partition));
  }
}

}  // namespace

void look_at_data(const WarningSubject& subject, Found& found) {
  if (subject.extent.training_examples == 0) {
    return;
  }
  if (!subject.extent.data_doubt.empty()) {
    found.add(subject.extent.data_doubt);
  }
  look_at_partition(subject.config, found);
  look_at_place(subject.config, found);
  look_at_shares(subject, found);
  const std::int64_t own = subject.extent.examples_per_worker;
  const bool has_size = !subject.config.data.dataset.options.has("batch_tokens");
  if (has_size && subject.config.data.batch_size > own) {
    found.add(
        fmt::format("data.batch_size = {}: a worker has only {} training examples, so every step "
                    "takes all of them. Take data.batch_size = {} or less",
                    subject.config.data.batch_size,
                    own,
                    own));
  }
}

void look_at_evaluation(const WarningSubject& subject, Found& found) {
  const EvaluationConfig& evaluation = subject.config.evaluation;
  const RunExtent& extent = subject.extent;
  if (extent.training_examples == 0) {
    return;
  }
  const auto of_all =
      [&](const char* key, std::int64_t wanted, std::int64_t all, const char* what) {
        if (wanted > all) {
          found.add(fmt::format(
              "evaluation.{} = {}: there are {} {}, and all are used. Write {} or less, or \"all\"",
              key,
              wanted,
              all,
              what,
              all));
        }
      };
  of_all("workers", evaluation.workers.value_or(0), subject.config.workers, "workers");
  of_all("examples", evaluation.examples.value_or(0), extent.test_examples, "test examples");
  const Span default_every = EvaluationConfig{}.every;
  const bool is_default = evaluation.every.epochs == default_every.epochs &&
                          evaluation.every.value == default_every.value;
  const double every = evaluation.every.value *
                       (evaluation.every.epochs ? static_cast<double>(extent.steps_per_epoch) : 1);
  if (!is_default && extent.steps > 0 && every > static_cast<double>(extent.steps)) {
    found.add(fmt::format(
        "{}: the run ends after {}, so the models are evaluated at its end alone. "
        "Write {} or less",
        setting_of("evaluation.every_", evaluation.every),
        steps_text(extent.steps),
        setting_of("evaluation.every_",
                   {static_cast<double>(extent.steps) /
                        (evaluation.every.epochs ? static_cast<double>(extent.steps_per_epoch) : 1),
                    evaluation.every.epochs})));
  }
}

}  // namespace murmur::run
