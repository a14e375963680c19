// SPDX-License-Identifier: Apache-2.0
// The processes of a run: this one alone, or those started by mpirun or srun, each of which owns
// some of the workers. An error in one process stops all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/comm/step_agreement.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

class World {
 public:
  // Detects how this process was started, and joins the world that it belongs to. Throws UserError
  // if the launch contradicts itself or would make every process a world of its own.
  static std::unique_ptr<World> open();
  // The same within a host program that goes on without it: by its own MPI, if it has one, over a
  // communicator (none: all processes). Errors are said by every process.
  static std::unique_ptr<World> open_within(std::optional<comm::CommunicatorBits> communicator);
  // `transport`: null for this process alone.
  World(comm::Launch launch, std::unique_ptr<comm::Transport> transport);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  bool is_alone() const { return transport_ == nullptr; }
  int process() const { return is_alone() ? 0 : transport_->process(); }
  int processes() const { return is_alone() ? 1 : transport_->processes(); }
  bool is_first() const { return process() == 0; }
  // False: the host program has finalized its MPI, so no message travels any more.
  bool is_open() const;
  // Number of processes on this host: as the launcher reports it, or those that share memory,
  // whichever is larger.
  int local_processes() const;
  comm::Transport* transport() { return transport_.get(); }      // null: alone
  comm::StepAgreement* agreement() { return agreement_.get(); }  // the same

  // The following are collective. They throw the same UserError in every process; only the first
  // one, which prints, has its message, unless the world is within a host program.

  // Throws if any process has an error.
  void agree(const std::optional<UserError>& mine);
  // Throws if the program, the kind of processor or the configuration of a process differs from the
  // first one's. `configuration`: its text; empty if the first process sends it to the others.
  void require_same(const std::string& configuration = {});
  // From now on, processes of one host read each other's rows in shared memory.
  void share_memory();
  // To be called before each run of this world.
  void begin_run();
  // Returns the first process's `mine`.
  std::string broadcast(const std::string& mine);

  // Not collective. Notifies the other processes that this one ends.
  void give_up(const std::string& reason);
  // Whether another process has failed and given its reason.
  bool has_heard_of_failure() const { return !is_alone() && agreement_->has_heard_of_failure(); }

 private:
  std::vector<std::string> exchange(const std::string& mine);
  [[noreturn]] void refuse(const std::string& message, ExitCode code) const;

  comm::Launch launch_;
  std::unique_ptr<comm::Transport> transport_;
  std::unique_ptr<comm::StepAgreement> agreement_;
  int runs_ = 0;
  bool all_speak_ = false;
};

// The error of a run that has fewer workers than the world has processes; none otherwise.
std::optional<UserError> too_many_processes(const World& world, const Config& config);

// load_config() in every process. Throws in all of them if one fails or reads another
// configuration.
Config load_config(World& world,
                   const std::filesystem::path& file,
                   Purpose purpose,
                   const Overrides& overrides);

}  // namespace murmur::run
