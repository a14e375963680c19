// SPDX-License-Identifier: Apache-2.0
// The configuration of a run as typed values, complete and checked. Its text form is TOML:
// document.h combines its layers, read.cpp reads it, and write.cpp writes the resolved form, which
// can be run again as it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/data/division/validation.h"
#include "murmur/data/partition.h"
#include "murmur/data/transforms/transform.h"
#include "murmur/run/config/compression_config.h"
#include "murmur/run/config/method_config.h"
#include "murmur/run/config/schedule_config.h"
#include "murmur/timing/cluster.h"

namespace murmur::run {

// What the file is for: `solve` has [problem], `train` [data], [model], [schedule], ... A task that
// a program brings has no [data], [model] and [loss], and [schedule] only if it wants
// (Config::schedule has no name otherwise): the program says the rates.
enum class Purpose { kTrain, kSolve, kOwnTask };

enum class Precision { kSingle, kDouble };

struct DataConfig {
  Choice dataset;
  std::string partition = "iid";
  double alpha = 1.0;                  // partition "dirichlet": concentration
  std::int64_t shards_per_worker = 2;  // partition "shards"
  std::string by;                      // partition "natural": a grouping of the examples
  std::string partition_file;          // partition "file"
  data::Amounts amounts;               // how many examples the workers have
  bool weighs_examples = false;        // objective: the mean over examples, not over workers
  bool own_test = false;               // workers are scored on a part of the test set, too
  std::int64_t batch_size = 32;        // per worker
  bool drop_last = true;               // omit the partial last batch of an epoch
  std::uint64_t seed = 1;              // for partition, batch order and augmentation
  std::string folder;                  // empty: MURMUR_DATA, then the system's folders
  std::vector<data::TransformChoice> augment;  // of the training examples, in their order
  data::ValidationSettings validation;         // what models are scored on besides the test set
};

// When models are scored on the test set.
enum class TestSet { kEvery, kEnd };

struct EvaluationConfig {
  Span every{1, true};
  TestSet test = TestSet::kEvery;          // at every evaluation, or at the end of the run alone
  std::optional<std::int64_t> workers;     // the first ones; none, or more than exist: all
  std::optional<std::int64_t> examples;    // likewise
  std::optional<std::int64_t> batch_size;  // of models whose scores depend on it
  // Of the averaged model: taken anew over so many training examples; none: the mean of the
  // workers' own.
  std::optional<std::int64_t> statistics_examples;
  bool bleu = false;               // whether the averaged model translates the test set
  std::optional<Span> bleu_every;  // none: at every evaluation
  std::int64_t beam = 4;           // of translations
  double length_penalty = 0.6;     // likewise
};

struct CheckpointConfig {
  std::optional<std::int64_t> every_steps;
  std::optional<double> every_minutes;
  std::int64_t keep = 2;
  std::string best;  // a metric: the checkpoint with its best value is kept, too; empty: none
};

// Settings of a run of several processes.
struct ProcessesConfig {
  double timeout_s = 30;      // a process silent for less is not considered lost
  bool shared_memory = true;  // between processes of one host, instead of messages
};

struct OutputConfig {
  bool trace = false;
  bool tensorboard = false;
  bool csv = false;
};

struct Config {
  Purpose purpose = Purpose::kTrain;
  std::string name;  // of the run; default: the file's name, no extension
  std::int64_t workers = 1;
  std::uint64_t seed = 1;
  Precision precision = Precision::kSingle;
  std::optional<std::int64_t> threads;  // none: as many as the process may use
  TopologyConfig topology;
  AlgorithmConfig algorithm;
  GradientConfig gradient;
  std::optional<CompressionConfig> compression;
  std::optional<OuterConfig> outer;
  ParticipationConfig participation;

  // train
  DataConfig data;
  Choice model;
  bool bf16 = false;            // [model]: compute = "bf16"
  std::string weights;          // a safetensors file or a run's folder to start from; empty: none
  double label_smoothing = 0;   // [loss]: of classification
  std::string matmul = "auto";  // onednn, torch, or auto: whichever is faster here
  ScheduleConfig schedule;
  EvaluationConfig evaluation;
  CheckpointConfig checkpoint;
  OutputConfig output;
  ProcessesConfig processes;
  std::optional<timing::Cluster> cluster;  // if present, virtual time is recorded

  // solve
  std::int64_t steps = 0;
  Choice problem;

  // Tables and dotted keys that the file or an overriding layer contains, in any order: what the
  // user wrote, for warnings. Comparisons of two configurations ignore it.
  std::vector<std::string> written;
};

// Command line options that override the file. Environment variables are read by load_config().
struct Overrides {
  std::vector<std::string> set = {};  // key.path=value
  std::optional<std::int64_t> seed = {};
  std::optional<std::int64_t> threads = {};
};

// Loads a configuration. Precedence: built-in default < file < environment < command line. Throws
// UserError with file, line and column.
Config load_config(const std::filesystem::path& file, Purpose purpose, const Overrides& overrides);

// The resolved configuration with its schema version, as TOML that load_config() reads back.
std::string to_toml(const Config& config);

// Which keys of two configurations must agree. Both modes ignore name, threads, data.folder,
// [output], [checkpoint] and [processes]; kMayResume also ignores [evaluation] and the length of
// the schedule.
enum class Sameness { kSameRun, kMayResume };

// The first key that differs ("data.alpha"), or none.
std::optional<std::string> first_difference(const Config& a, const Config& b, Sameness sameness);

// Hash of all keys that must agree, as 16 hexadecimal digits.
std::string config_digest(const Config& config, Sameness sameness = Sameness::kSameRun);

}  // namespace murmur::run
