// SPDX-License-Identifier: Apache-2.0
// What `murmur plan` reports about a training run before anything is computed: memory, traffic, how
// fast the graph mixes, virtual time, and the warnings of `train`. It needs neither torch nor, for
// datasets that are known by name, the data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "murmur/engine/settings/gradient_settings.h"
#include "murmur/run/config/config.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/topology/analysis.h"

namespace murmur::run {

struct MemoryForecast {
  double rows = 0;         // all fields of all workers, padding included
  double gradients = 0;    // rows of the compute threads
  double modules = 0;      // what torch keeps per compute thread, without the batch's activations
  double activations = 0;  // of passes on every compute thread, as far as they are known
  double data = 0;         // pixels and labels
  double program = 0;      // the program itself, with torch where it is needed
  double total() const { return rows + gradients + modules + activations + data + program; }
};

struct TensorForecast {
  std::int64_t count = 0;
  std::int64_t own_rate = 0;   // whose factor of the learning rate is not 1
  std::int64_t own_decay = 0;  // of the weight decay
};

// Bytes of payload. An exact average is counted on the links of a ring over the workers in order.
struct TrafficForecast {
  double bytes_per_step = 0;     // all workers
  double messages_per_step = 0;  // all workers
  double worker_most = 0;        // per step, of the worker that sends the most
  double link_most = 0;          // per step, over the busiest link
  int link_from = -1;            // -1: nothing is sent
  int link_to = -1;
  bool is_expected = false;  // of normally distributed values, which say how long messages are
};

struct Forecast {
  Config config;
  RunExtent extent;
  std::int64_t message_parameters = 0;  // that of [cluster] if given, else the model's
  std::int64_t buffers = 0;             // numbers in the model's buffers
  std::int64_t steps = 0;               // of the run
  std::int64_t looked_at = 0;           // number of steps examined, from the first one
  std::vector<std::string> fields;      // names, in order; "mean (once)"
  int threads = 1;
  engine::GradientSettings gradient;
  TensorForecast tensors;
  MemoryForecast memory;
  bool has_data = true;  // false: the numbers are those of the dataset as published
  // Of which the sizes are the published ones, as model.folder is not there; empty: it is.
  std::string published_encoder = {};
  TrafficForecast traffic;
  bool mixes = false;
  int participants = 0;                              // of a round, if [participation] says; 0: all
  std::optional<std::int64_t> averages_every;        // steps between two outer steps
  std::optional<topology::Convergence> convergence;  // none: no mixing, or too many workers
  double slowdown = 1;                   // a relay's delays divide the learning rate by it
  std::optional<double> virtual_step_s;  // mean over the steps examined
  std::vector<std::string> warnings;

  int gradient_rows() const { return 1 + gradient.scratch_rows(); }  // of a compute thread
  std::optional<double> virtual_s() const {
    return virtual_step_s ? std::optional(*virtual_step_s * static_cast<double>(steps))
                          : std::nullopt;
  }
};

// `steps`: how many to examine; none: a thousand, or all of a shorter run. Throws UserError for
// what `train` would refuse.
Forecast make_forecast(const Config& config, std::optional<std::int64_t> steps);

// Without the warnings.
std::string to_text(const Forecast& forecast);
nlohmann::ordered_json to_json(const Forecast& forecast);

}  // namespace murmur::run
