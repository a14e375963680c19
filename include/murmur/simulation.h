// SPDX-License-Identifier: Apache-2.0
// All workers in this process: the engine of `murmur train` for a task of one's own. The same
// settings give the same bits on any number of threads, after save() and resume(), and in as many
// processes with one Worker each.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <murmur/options.h>
#include <murmur/task.h>

namespace murmur::library {
template <class S>
class SimulationState;
}

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

// S: float or double. Every member throws Error for what the caller can change; what a function of
// the task throws comes out as it is. A step that threw leaves nothing but resume() to be called.
// One thread at a time. Rows stay where they are until resume().
template <class S>
class BasicSimulation {
 public:
  BasicSimulation(BasicTask<S> task, const Options& options);
  // A model, data and a partition by name: [data] and [model] of the options. Reads the data.
  explicit BasicSimulation(const Options& options);
  BasicSimulation(BasicSimulation&&) noexcept;
  BasicSimulation& operator=(BasicSimulation&&) noexcept;
  ~BasicSimulation();

  // One step of every worker at the learning rate `lr`, 0 or more. Returns the loss of each worker,
  // the mean over the batches of this step, before it; a worker that took none: 0. Valid until the
  // next step.
  std::span<const double> step(double lr);
  // At rate().
  std::span<const double> step();
  // Of the next step: algorithm.learning_rate and [schedule] of the options.
  double rate() const;
  std::int64_t steps() const;     // made so far
  std::int64_t schedule() const;  // steps of [schedule]; 0: there is none

  int workers() const;
  const std::vector<Parameter>& parameters() const;     // of a row, with their places
  const std::vector<Parameter>& buffer_layout() const;  // of a row of buffers
  std::size_t row_size() const;                         // coordinates, with what is between tensors
  std::vector<std::string> fields() const;  // that an algorithm keeps, the model "x" first
  std::span<const S> row(int worker, std::string_view field = "x") const;
  std::span<const S> buffers(int worker) const;  // empty: the task has none
  // Replaces a worker's row of a field; one that is kept once is everybody's.
  void assign(int worker, std::string_view field, std::span<const S> row);

  std::span<const S> average_model();  // the exact average; valid until the next call
  double consensus_distance();         // root mean square of the workers' distance to it
  std::string digest();  // of all models: 16 hexadecimal digits, as `murmur train` prints

  // The metrics of a line of metrics.jsonl: scores of the local and the averaged models, the
  // training loss since the last call, traffic, times.
  std::map<std::string, double> evaluate();
  // From now on evaluate() also writes its lines to the folder of a run, which report() completes.
  // Throws Error if there is another run in it.
  void record(const std::string& folder);
  // Writes summary.json and report.html of the recorded run.
  void report();

  // A checkpoint in a folder of checkpoints; the newest ones are kept (checkpoint.keep).
  void save(const std::string& folder);
  // Goes on from the newest checkpoint in the folder. Throws Error if there is none, or if it is of
  // another task or other settings.
  void resume(const std::string& folder);

  std::string config() const;                 // the settings, as Options::config()
  std::vector<std::string> warnings() const;  // about settings without the effect that they promise

 private:
  std::unique_ptr<library::SimulationState<S>> state_;
};

using Simulation = BasicSimulation<float>;
using DoubleSimulation = BasicSimulation<double>;

extern template class BasicSimulation<float>;
extern template class BasicSimulation<double>;

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
