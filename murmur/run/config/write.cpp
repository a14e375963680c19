// SPDX-License-Identifier: Apache-2.0
// Converts a Config to its keys and values as text, in a fixed order: for the resolved file, for
// digests and for comparing two configurations. A seed equal to the run's is omitted, so that it
// still follows the run's seed when the file is run with another one.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "murmur/run/config/cluster_keys.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/data/augment.h"
#include "murmur/run/config/data/division.h"
#include "murmur/run/config/data/validation.h"
#include "murmur/run/config/writer.h"

namespace murmur::run {
namespace {

void write_data(const Config& config, Writer& out) {
  const DataConfig& data = config.data;
  out.table("data");
  out.choice(data.dataset);
  out.text("augment", augment_toml(data));
  out.put("partition", data.partition);
  if (data.partition == "dirichlet") {
    out.put("alpha", data.alpha);
  }
  if (data.partition == "shards") {
    out.put("shards_per_worker", data.shards_per_worker);
  }
  write_division(data, out);
  if (!data.dataset.options.has("batch_tokens")) {
    out.put("batch_size", data.batch_size);
  }
  out.put("drop_last", data.drop_last);
  if (data.validation.wanted()) {
    out.text("validation", validation_toml(data.validation));
  }
  if (data.own_test) {
    out.put("own_test", true);
  }
  out.seed(data.seed, config.seed);
  if (!data.folder.empty()) {
    out.put("folder", data.folder);
  }
}

void write_scale(const Scale& scale, Writer& out) {
  switch (scale.kind) {
    case Scale::Kind::kNone:
      return out.put("scale", std::string("none"));
    case Scale::Kind::kWorkers:
      return out.put("scale", std::string("workers"));
    case Scale::Kind::kDegree:
      return out.put("scale", std::string("degree"));
    case Scale::Kind::kNumber:
      return out.put("scale", scale.number);
  }
}

void write_schedule(const ScheduleConfig& schedule, Writer& out) {
  out.table("schedule");
  out.put("name", schedule.name);
  out.span("", schedule.length);
  if (schedule.warmup) {
    out.span("warmup_", *schedule.warmup);
  }
  out.maybe("warmup_from", schedule.warmup_from);
  if (schedule.name == "step") {
    std::vector<double> at;
    for (const Span& span : schedule.decay_at) {
      at.push_back(span.value);
    }
    if (schedule.decay_at.empty() || schedule.decay_at.front().epochs) {
      out.put("decay_epochs", at);
    } else {
      out.put("decay_steps", std::vector<std::int64_t>(at.begin(), at.end()));
    }
    out.put("decay_factor", schedule.decay_factor);
  }
  if (schedule.name == "cosine") {
    out.put("minimum", schedule.minimum);
  }
  write_scale(schedule.scale, out);
}

void write_bleu(const EvaluationConfig& evaluation, Writer& out) {
  const EvaluationConfig usual;
  if (evaluation.bleu) {
    out.put("bleu", true);
  }
  if (evaluation.bleu_every) {
    out.span("bleu_every_", *evaluation.bleu_every);
  }
  if (evaluation.bleu || evaluation.beam != usual.beam) {
    out.put("beam", evaluation.beam);
  }
  if (evaluation.bleu || evaluation.length_penalty != usual.length_penalty) {
    out.put("length_penalty", evaluation.length_penalty);
  }
}

void write_run_settings(const Config& config, Writer& out) {
  const auto how_many = [&](const std::string& key, const std::optional<std::int64_t>& number) {
    number ? out.put(key, *number) : out.put(key, std::string("all"));
  };
  out.table("evaluation");
  out.span("every_", config.evaluation.every);
  out.put("test", std::string(config.evaluation.test == TestSet::kEnd ? "end" : "every"));
  how_many("workers", config.evaluation.workers);
  how_many("examples", config.evaluation.examples);
  out.maybe("batch_size", config.evaluation.batch_size);
  if (config.evaluation.statistics_examples) {
    out.put("statistics", std::string("recompute"));
    out.put("statistics_examples", *config.evaluation.statistics_examples);
  }
  write_bleu(config.evaluation, out);
  out.table("checkpoint");
  out.maybe("every_steps", config.checkpoint.every_steps);
  out.maybe("every_minutes", config.checkpoint.every_minutes);
  out.put("keep", config.checkpoint.keep);
  if (!config.checkpoint.best.empty()) {
    out.put("best", config.checkpoint.best);
  }
  out.table("output");
  out.put("trace", config.output.trace);
  out.put("tensorboard", config.output.tensorboard);
  out.put("csv", config.output.csv);
  out.table("processes");
  out.put("timeout_s", config.processes.timeout_s);
  out.put("shared_memory", config.processes.shared_memory);
}

bool has_table(const Resolved& key, std::initializer_list<std::string_view> tables) {
  return std::find(tables.begin(), tables.end(), key.table) != tables.end();
}

// Keys that may differ between two configurations of the same run.
bool is_about_the_machine(const Resolved& key) {
  return has_table(key, {"output", "checkpoint", "processes"}) ||
         (key.table.empty() && (key.key == "threads" || key.key == "name"));
}

bool may_change_on_resume(const Resolved& key) {
  return has_table(key, {"evaluation"}) ||
         (key.table == "schedule" && (key.key == "epochs" || key.key == "steps"));
}

// The keys that must agree, in the order of the file, so that a table's name comes before its
// options. Without the places of data: their content is compared, not its location.
std::vector<Resolved> compared_keys(const Config& config, Sameness sameness) {
  std::vector<Resolved> keys;
  for (Resolved& key : resolved_keys(config)) {
    const bool is_place = key.path() == "data.folder" || key.path() == "data.file" ||
                          key.path() == "data.vocabulary" || key.path() == "data.threads";
    // Other datasets have always had that key.
    const bool is_new_header =
        config.data.dataset.name == "text" && key.path() == "data.header" && key.text == "true";
    if (!is_about_the_machine(key) && !is_place && !is_new_header && !is_new_and_default(key) &&
        !(sameness == Sameness::kMayResume && may_change_on_resume(key))) {
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

// The first key of `one` that `other` lacks or has with another value.
std::optional<std::string> first_unmatched(const std::vector<Resolved>& one,
                                           const std::vector<Resolved>& other) {
  for (const Resolved& key : one) {
    if (std::find(other.begin(), other.end(), key) == other.end()) {
      return key.path();
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Resolved> resolved_keys(const Config& config) {
  std::vector<Resolved> keys;
  Writer out(keys);
  out.table("");
  out.put("schema", std::int64_t{1});
  out.put("name", config.name);
  out.put("workers", config.workers);
  if (config.purpose == Purpose::kSolve) {
    out.put("steps", config.steps);
  }
  out.put("seed", static_cast<std::int64_t>(config.seed));
  out.put("precision", std::string(config.precision == Precision::kSingle ? "single" : "double"));
  out.maybe("threads", config.threads);
  if (config.purpose == Purpose::kSolve) {
    out.table("problem");
    const bool has_shape = !config.problem.options.integers("shape").empty();
    out.choice(config.problem, has_shape ? "" : "shape");
  } else if (config.purpose == Purpose::kTrain) {
    out.put("matmul", config.matmul);
    write_data(config, out);
    out.table("model");
    out.choice(config.model);
    if (config.bf16) {
      out.put("compute", std::string("bf16"));
    }
    if (!config.weights.empty() || config.model.options.has("folder")) {
      out.put("weights", config.weights.empty() ? "none" : config.weights);
    }
    if (config.label_smoothing > 0) {
      out.table("loss");
      out.put("label_smoothing", config.label_smoothing);
    }
  }
  write_method(config, out);
  if (config.purpose != Purpose::kSolve && !config.schedule.name.empty()) {
    write_schedule(config.schedule, out);
  }
  if (config.purpose != Purpose::kSolve) {
    write_run_settings(config, out);
  }
  if (config.cluster) {
    out.table("cluster");
    for (const auto& [key, text] : cluster_keys(*config.cluster)) {
      out.text(key, text);
    }
  }
  return keys;
}

std::string to_toml(const Config& config) {
  std::string text;
  std::string table;
  for (const Resolved& key : resolved_keys(config)) {
    if (key.table != table) {
      table = key.table;
      text += fmt::format("\n[{}]\n", table);
    }
    text += fmt::format("{} = {}\n", key.key, key.text);
  }
  return text;
}

std::string config_digest(const Config& config, Sameness sameness) {
  std::string text;
  for (const Resolved& key : compared_keys(config, sameness)) {
    text += fmt::format("{} = {}\n", key.path(), key.text);
  }
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

std::optional<std::string> first_difference(const Config& a, const Config& b, Sameness sameness) {
  const std::vector<Resolved> left = compared_keys(a, sameness);
  const std::vector<Resolved> right = compared_keys(b, sameness);
  const auto difference = first_unmatched(left, right);
  return difference ? difference : first_unmatched(right, left);
}

}  // namespace murmur::run
