// SPDX-License-Identifier: Apache-2.0
// A worker from its making to its steps and checkpoints: an engine with one local worker, whose
// gradient comes from outside.
//
// INVARIANT: what is collective here follows from what all processes know.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <murmur/communicator.h>
#include <murmur/options.h>
#include <murmur/task.h>

#include "murmur/checkpoint/checkpoint.h"
#include "murmur/comm/adaptive_timeout.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/own_round.h"
#include "murmur/library/own_problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/schedule.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/wiring/engine_parts.h"
#include "murmur/threads/pool.h"

namespace murmur::library {

template <class S>
class WorkerState {
 public:
  WorkerState(BasicTask<S> task, const Options& options, const Communicator& communicator);
  WorkerState(const WorkerState&) = delete;
  WorkerState& operator=(const WorkerState&) = delete;
  ~WorkerState();

  int rank() const { return world_->process(); }
  int size() const { return world_->processes(); }
  const run::Config& config() const { return config_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Parameter>& buffer_layout() const { return buffer_layout_; }

  std::span<S> x() { return engine_->mutable_row(0, rank()); }
  std::span<S> gradient() { return rounds_->gradient(); }
  void lend_gradients(std::span<const S* const> values);
  std::span<S> buffers();

  double rate() const;
  void begin(double lr);
  void ready(std::size_t parameter);
  void finish();
  bool has_begun() const { return rounds_->has_begun(); }
  std::int64_t steps() const { return engine_->counters().step; }
  std::int64_t batch() const { return engine_->next_batch(rank()); }
  bool takes_part() const { return rounds_->takes_part(); }
  void set_factors(std::size_t parameter, double rate, double decay);

  std::vector<std::string> fields() const;
  std::span<const S> row(std::string_view field) const;
  std::span<const S> average_model();
  std::span<const S> average_buffers();
  double consensus_distance();
  std::string digest();
  void save(const std::string& folder);
  void resume(const std::string& folder);
  std::string state();
  void set_state(std::string_view state);
  std::vector<std::string> warnings() const;

 private:
  using Clock = std::chrono::steady_clock;

  // work(), which calls no collective; throws in all processes if it throws in one.
  template <class Work>
  void agreed(const Work& work);
  void make_problem(const BasicTask<S>& task);
  void make_engine(std::int64_t steps_per_epoch);
  void require_between_steps(const char* member) const;
  void require_open() const;
  void apply_factors();
  void note_factors();        // in factors_digest_
  void note_step(double lr);  // in history_
  // Collective. Throws Error in all processes if one has taken its steps at other rates, or with
  // other factors.
  void require_same_steps();
  void update_wait_limit();
  checkpoint::CheckpointPlace place(const std::string& folder) const;
  // work(), and if that fails or throws the other processes are told, which would wait in vain.
  template <class Work>
  auto together(const Work& work) -> decltype(work()) {
    require_open();
    try {
      return work();
    } catch (const std::exception& error) {
      world_->give_up(error.what());
      rounds_->forget();
      throw;
    }
  }

  std::unique_ptr<run::World> world_;
  run::Config config_;
  threads::Pool pool_;
  run::DataFacts facts_;
  std::unique_ptr<OwnProblem<S>> problem_;
  std::shared_ptr<const topology::Topology> graph_;
  std::unique_ptr<engine::Engine<S>> engine_;
  std::optional<engine::OwnRounds<S>> rounds_;
  std::optional<run::Schedule> schedule_;
  std::vector<Parameter> parameters_;
  std::vector<Parameter> buffer_layout_;
  std::vector<engine::TensorFactors> factors_;  // per parameter
  bool factors_changed_ = false;
  std::uint64_t factors_digest_ = 0;
  std::uint64_t history_ = 0;    // a digest of the rates and factors of all steps
  double lr_ = 0;                // of the last step
  std::vector<bool> announced_;  // of the round
  std::vector<S> average_;
  std::vector<S> buffer_average_;
  comm::AdaptiveTimeout timeout_;
  Clock::time_point finished_ = Clock::now();
};

extern template class WorkerState<float>;
extern template class WorkerState<double>;

}  // namespace murmur::library
