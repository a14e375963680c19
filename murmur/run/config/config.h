// SPDX-License-Identifier: Apache-2.0
// The configuration of a run as types: every value is there, checked, and means the same wherever
// it is read. Its text is TOML: document.h holds its layers, config_read.cpp reads it, and
// config_write.cpp writes the resolved form, which runs again as it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/run/config/schedule_config.h"
#include "murmur/timing/cluster.h"

namespace murmur::run {

// Which command the file is for: `solve` has [problem], `train` [data], [model], [schedule], ...
enum class Purpose { kTrain, kSolve };

enum class Precision { kSingle, kDouble };

// A named thing out of one of the tables of `murmur list`, with all of its own options.
struct Choice {
  std::string name;
  OptionValues options;
  std::string place;  // "file:line:column" of its table, for messages
};

struct DataConfig {
  Choice dataset;
  std::string partition = "iid";
  double alpha = 1.0;                  // of "dirichlet"
  std::int64_t shards_per_worker = 2;  // of "shards"
  std::int64_t batch_size = 32;        // per worker
  bool drop_last = true;               // a partial last batch of an epoch is left out
  std::uint64_t seed = 1;              // of the partition, the order of batches, the augmentation
  std::string folder;                  // empty: MURMUR_DATA, then the system's places
};

struct AlgorithmConfig {
  Choice choice;
  std::vector<double> learning_rate;  // train: one number; solve: one per step, the last repeated
  double weight_decay = 0;
};

// Hierarchical averaging: every `period` steps over contiguous groups of `group` workers.
struct LevelConfig {
  std::int64_t period = 1;
  std::int64_t group = 1;
};

// A periodic outer step on top of the algorithm.
struct OuterConfig {
  Choice choice;
  std::vector<LevelConfig> levels;    // of ascending periods; empty: the option `period`
  std::optional<double> start_epoch;  // train: instead of the option start_step
};

struct TopologyConfig {
  Choice choice;
  std::uint64_t seed = 1;
};

struct EvaluationConfig {
  Span every{1, true};
  std::optional<std::int64_t> workers;   // the first ones; none, or more than there are: all
  std::optional<std::int64_t> examples;  // likewise
};

struct CheckpointConfig {
  std::optional<std::int64_t> every_steps;
  std::optional<double> every_minutes;
  std::int64_t keep = 2;
};

// Of a run of several processes.
struct ProcessesConfig {
  double timeout_s = 30;      // one that is silent for less is never taken for lost
  bool shared_memory = true;  // between processes of one host, instead of messages
};

struct OutputConfig {
  bool trace = false;
  bool tensorboard = false;
  bool csv = false;
};

struct Config {
  Purpose purpose = Purpose::kTrain;
  std::string name;  // of the run, default: the file's
  std::int64_t workers = 1;
  std::uint64_t seed = 1;
  Precision precision = Precision::kSingle;
  std::optional<std::int64_t> threads;  // none: as many as this process may use
  TopologyConfig topology;
  AlgorithmConfig algorithm;
  std::optional<OuterConfig> outer;

  // train
  DataConfig data;
  Choice model;
  std::string matmul = "auto";  // what multiplies matrices: onednn, torch, or what is faster here
  ScheduleConfig schedule;
  EvaluationConfig evaluation;
  CheckpointConfig checkpoint;
  OutputConfig output;
  ProcessesConfig processes;
  std::optional<timing::Cluster> cluster;  // virtual time is kept where there is one

  // solve
  std::int64_t steps = 0;
  Choice problem;

  // Tables and dotted keys that the file or what was put over it has, in any order: what a
  // user wrote, for warnings. Two configurations may differ in it and be the same.
  std::vector<std::string> written;
};

// What the command line adds to a file. The environment's part is read where a configuration is.
struct Overrides {
  std::vector<std::string> set = {};  // key.path=value
  std::optional<std::int64_t> seed = {};
  std::optional<std::int64_t> threads = {};
};

// Built-in default < file < environment < command line. Throws UserError with file, line and
// column.
Config load_config(const std::filesystem::path& file, Purpose purpose, const Overrides& overrides);

// The resolved configuration with its schema version, as TOML that load_config() reads back.
std::string to_toml(const Config& config);

// How much two configurations have to agree. Neither looks at name, threads, output, checkpoint;
// resuming allows for another evaluation and another length of the schedule too.
enum class Sameness { kSameRun, kMayResume };

// What differs, as the first key ("data.alpha"), or nothing.
std::optional<std::string> first_difference(const Config& a, const Config& b, Sameness sameness);

// 16 hexadecimal digits over everything that has to agree.
std::string config_digest(const Config& config, Sameness sameness = Sameness::kSameRun);

}  // namespace murmur::run
