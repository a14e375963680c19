// SPDX-License-Identifier: Apache-2.0
// One worker in this process, whose training loop is the program's own; the other workers live in
// the other processes that mpirun has started, or there is none. The same settings and gradients
// give the bits of a Simulation of as many workers.
//
//   step(lr)                              with the gradient in gradient(), taken at x()
//   begin(lr)  ready(parameter)  finish() the same, sent while the gradient is being computed
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <murmur/communicator.h>
#include <murmur/options.h>
#include <murmur/task.h>

namespace murmur::library {
template <class S>
class WorkerState;
}

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

// S: float or double. Every member throws Error for what the caller can change, and where another
// process is lost: then nothing is left to be done but to end, or to resume after a new start. A
// step that threw leaves nothing but resume() to be called. One thread at a time. Members marked
// collective are called by all processes, in the same order as steps.
template <class S>
class BasicWorker {
 public:
  // Collective. Joins the processes of the communicator, or all that the launcher started. Of the
  // task: parameters, buffers, start, steps_per_epoch; the gradient is the loop's. The first
  // process's start is sent to all. Options.workers: as many as there are processes, or left out;
  // Options.threads: none: 1. Throws Error if a process has other options or other tensors, or for
  // an algorithm that asks for gradients by itself.
  BasicWorker(BasicTask<S> task, const Options& options, const Communicator& communicator = {});
  BasicWorker(BasicWorker&&) noexcept;
  BasicWorker& operator=(BasicWorker&&) noexcept;
  // A destructor that runs because of an exception tells the other processes.
  ~BasicWorker();

  int rank() const;  // of this worker
  int size() const;  // how many workers there are

  const std::vector<Parameter>& parameters() const;     // of a row, with their places
  const std::vector<Parameter>& buffer_layout() const;  // of a row of buffers
  // Rows of this worker, which stay where they are: the model, to be read; its gradient, to be
  // written; its buffers, to be used and changed as the model does. What is between the tensors
  // stays as it is.
  std::span<const S> x() const;
  std::span<S> gradient();
  std::span<S> buffers();
  // Where the gradient of each parameter is instead, to be read by the step that finish() or step()
  // ends next: as many numbers as the parameter has; null: in gradient(). Nothing is copied.
  void lend_gradients(std::span<const S* const> values);
  // The same row of x(), for what writes it between steps: loading a state, for example.
  std::span<S> mutable_x();

  // Collective: one step at the learning rate `lr`, 0 or more.
  void step(double lr);
  void step();          // at rate()
  double rate() const;  // of the next step: algorithm.learning_rate and [schedule] of the options
  // Collective, together one step. ready(parameter): that part of the gradient is final, each at
  // most once, in any order; it and the part of the model may change from then on.
  void begin(double lr);
  void ready(std::size_t parameter);
  void finish();
  bool has_begun() const;  // begin() was called, and finish() was not

  std::int64_t steps() const;  // made so far
  // The number of the batch that the next step is of: how many this worker has begun. They are
  // fewer than the steps where participation.share lets it sit out.
  std::int64_t batch() const;
  bool takes_part() const;  // whether the next step uses the gradient
  std::uint64_t seed() const;

  std::vector<std::string> fields() const;  // that the algorithm keeps, the model "x" first
  std::span<const S> row(std::string_view field) const;
  // The tensors' own factors of rate and weight decay: they multiply what the options say.
  void set_factors(std::size_t parameter, double rate, double decay);

  // Collective.
  std::span<const S> average_model();    // the exact average; valid until the next call
  std::span<const S> average_buffers();  // likewise; empty: there are none
  double consensus_distance();           // root mean square of the workers' distance to it
  std::string digest();  // of all models: 16 hexadecimal digits, as a Simulation and `murmur train`
  // A checkpoint in a folder of checkpoints, which all processes share.
  void save(const std::string& folder);
  // Likewise, but of this worker alone: its rows and what it counts, as bytes, from which the same
  // worker of the same settings goes on. Every process has its own.
  std::string state();
  void set_state(std::string_view state);
  // Goes on from the newest checkpoint in the folder, also from that of a Simulation. Throws Error
  // if there is none, or if it is of another model or other settings.
  void resume(const std::string& folder);

  std::string config() const;                 // the settings, as Options::config()
  std::vector<std::string> warnings() const;  // about settings without the effect that they promise

 private:
  std::unique_ptr<library::WorkerState<S>> state_;
};

using Worker = BasicWorker<float>;
using DoubleWorker = BasicWorker<double>;

extern template class BasicWorker<float>;
extern template class BasicWorker<double>;

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
