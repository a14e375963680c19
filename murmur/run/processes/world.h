// SPDX-License-Identifier: Apache-2.0
// The processes of a run: this one alone, or those that mpirun or srun made, each of which owns
// some of the workers. What one of them cannot do, none of them does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "murmur/comm/launch/launch.h"
#include "murmur/comm/step_agreement.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

class World {
 public:
  // Finds out how this process was started, and enters the world that it belongs to. Throws
  // UserError for a launch that contradicts itself or would make many worlds of one.
  static std::unique_ptr<World> open();
  // `transport`: null for this process alone.
  World(comm::Launch launch, std::unique_ptr<comm::Transport> transport);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  bool is_alone() const { return transport_ == nullptr; }
  int process() const { return is_alone() ? 0 : transport_->process(); }
  int processes() const { return is_alone() ? 1 : transport_->processes(); }
  bool is_first() const { return process() == 0; }
  // On this host: those that the launcher tells of, or those that share memory, whichever are more.
  int local_processes() const;
  comm::Transport* transport() { return transport_.get(); }      // null: alone
  comm::StepAgreement* agreement() { return agreement_.get(); }  // the same

  // The following are collective. All of them throw the same UserError everywhere, with words on
  // the first process alone and none on the others.

  // Throws where any process has an error.
  void agree(const std::optional<UserError>& mine);
  // The same, and where a process is not of the same program, kind of processor or configuration
  // (its text; none where the first process tells the others theirs).
  void require_same(const std::string& configuration = {});
  // Processes of one host read each other's rows where they lie from now on.
  void share_memory();
  // Before each run of this world.
  void begin_run();
  // What the first process says.
  std::string broadcast(const std::string& mine);

  // Not collective: tells the others that this process ends.
  void give_up(const std::string& reason);
  // Whether somebody else has failed and said why.
  bool has_heard_of_failure() const { return !is_alone() && agreement_->has_heard_of_failure(); }

 private:
  std::vector<std::string> exchange(const std::string& mine);
  [[noreturn]] void refuse(const std::string& message, ExitCode code) const;

  comm::Launch launch_;
  std::unique_ptr<comm::Transport> transport_;
  std::unique_ptr<comm::StepAgreement> agreement_;
  int runs_ = 0;
};

// What is wrong where a run has fewer workers than the world has processes.
std::optional<UserError> too_many_processes(const World& world, const Config& config);

// load_config() in every process: none goes on where one cannot, or has read something else.
Config load_config(World& world,
                   const std::filesystem::path& file,
                   Purpose purpose,
                   const Overrides& overrides);

}  // namespace murmur::run
