// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/launch/launch_sources.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>

namespace murmur::comm {
namespace {

struct VariableNames {
  Launcher launcher;
  std::string name;
  std::string process;
  std::vector<std::string> processes;  // the first one that is set is used
  std::string local_process;
  std::string local_processes;
  std::vector<std::string> shown;  // reported in addition
};

const std::vector<VariableNames>& all_variable_names() {
  static const std::vector<VariableNames> kNames{
      {Launcher::kOpenMpi,
       "mpirun of Open MPI",
       "OMPI_COMM_WORLD_RANK",
       {"OMPI_COMM_WORLD_SIZE"},
       "OMPI_COMM_WORLD_LOCAL_RANK",
       "OMPI_COMM_WORLD_LOCAL_SIZE",
       {}},
      {Launcher::kMpich,
       "mpiexec of MPICH, or srun --mpi=pmi2",
       "PMI_RANK",
       {"PMI_SIZE"},
       "MPI_LOCALRANKID",
       "MPI_LOCALNRANKS",
       {}},
      {Launcher::kPmix, "PMIx", "PMIX_RANK", {}, "", "", {"PMIX_NAMESPACE"}},
      {Launcher::kSlurm,
       "Slurm",
       "SLURM_PROCID",
       {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"},
       "SLURM_LOCALID",
       "",
       {"SLURM_JOB_ID", "SLURM_STEP_ID"}},
      {Launcher::kTorchrun,
       "torchrun",
       "RANK",
       {"WORLD_SIZE"},
       "LOCAL_RANK",
       "LOCAL_WORLD_SIZE",
       {"MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RUN_ID"}},
  };
  return kNames;
}

// RANK and WORLD_SIZE are common names, so torchrun is recognized only with another of its
// variables. mpirun of Open MPI sets PMIX_RANK too; PMIx is then not a source of its own.
bool is_present(const VariableNames& names, const Environment& environment) {
  const auto is_set = [&](const std::string& name) { return !value_of(environment, name).empty(); };
  const bool any =
      is_set(names.process) || std::any_of(names.processes.begin(), names.processes.end(), is_set);
  switch (names.launcher) {
    case Launcher::kTorchrun:
      return any && (is_set(names.local_process) ||
                     std::any_of(names.shown.begin(), names.shown.end(), is_set));
    case Launcher::kPmix:
      return any && !is_set("OMPI_COMM_WORLD_RANK");
    default:
      return any;
  }
}

constexpr const char* kUnset =
    "; launchers set these variables: start murmur with one, or unset what is left over from "
    "another";

// -1: not set. kMismatch: not a number, or below `least` (0 for a process, 1 for a count).
Result<int> number_of(const Environment& environment, const std::string& name, int least) {
  const std::string value = value_of(environment, name);
  if (value.empty()) {
    return -1;
  }
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < least) {
    return Failure{
        FailureKind::kMismatch,
        name + "=" + value + " is no number of " + std::to_string(least) + " or more" + kUnset};
  }
  return number;
}

// Whether only one of the process number and the number of processes is set where both belong
// together. With Slurm and torchrun a size alone is common (a shell of salloc; scripts that export
// WORLD_SIZE), and a batch script without --ntasks has a process number alone.
bool is_incomplete(const ReadSource& read, const Environment& environment) {
  const bool has_process = read.source.process >= 0;
  const bool has_size = read.source.processes >= 0;
  switch (read.launcher) {
    case Launcher::kPmix:
      return false;
    case Launcher::kTorchrun:
      return has_process && !has_size;
    case Launcher::kSlurm:
      return has_process && !has_size &&
             (value_of(environment, "SLURM_JOB_ID").empty() ||
              !value_of(environment, "SLURM_STEP_ID").empty());
    default:
      return has_process != has_size;
  }
}

// "PMI_RANK=3".
std::string as_set(const Environment& environment, const std::string& name) {
  return name + "=" + value_of(environment, name);
}

std::optional<Failure> check_source(const ReadSource& read, const Environment& environment) {
  const LaunchSource& source = read.source;
  if (is_incomplete(read, environment)) {
    const bool has_process = source.process >= 0;
    return Failure{
        FailureKind::kMismatch,
        as_set(environment, has_process ? read.process_variable : read.processes_variable) +
            " without " + (has_process ? read.processes_variable : read.process_variable) + kUnset};
  }
  if (source.processes >= 0 && source.process >= source.processes) {
    return Failure{FailureKind::kMismatch,
                   as_set(environment, read.process_variable) + " is not below " +
                       as_set(environment, read.processes_variable) + kUnset};
  }
  return std::nullopt;
}

std::vector<std::string> variables_of(const VariableNames& names, const Environment& environment) {
  std::vector<std::string> order{names.process};
  order.insert(order.end(), names.processes.begin(), names.processes.end());
  order.push_back(names.local_process);
  order.push_back(names.local_processes);
  order.insert(order.end(), names.shown.begin(), names.shown.end());
  std::vector<std::string> variables;
  for (const std::string& name : order) {
    if (!value_of(environment, name).empty()) {
      variables.push_back(as_set(environment, name));
    }
  }
  return variables;
}

std::string processes_variable(const VariableNames& names, const Environment& environment) {
  for (const std::string& name : names.processes) {
    if (!value_of(environment, name).empty()) {
      return name;
    }
  }
  return names.processes.empty() ? "" : names.processes.back();
}

ReadSource read_source(const VariableNames& names, const Environment& environment) {
  ReadSource read{.launcher = names.launcher,
                  .source = {.name = names.name, .variables = variables_of(names, environment)},
                  .process_variable = names.process,
                  .processes_variable = processes_variable(names, environment),
                  .failure = {}};
  struct Wanted {
    const std::string& variable;
    int least;
    int& number;
  };
  int local_process = -1;
  for (const Wanted& wanted : {Wanted{read.process_variable, 0, read.source.process},
                               Wanted{read.processes_variable, 1, read.source.processes},
                               Wanted{names.local_process, 0, local_process},
                               Wanted{names.local_processes, 1, read.local_processes}}) {
    const Result<int> found = number_of(environment, wanted.variable, wanted.least);
    if (!found) {
      read.failure = found.failure();
      return read;
    }
    wanted.number = found.value();
  }
  read.failure = check_source(read, environment);
  return read;
}

}  // namespace

std::vector<ReadSource> read_launch_sources(const Environment& environment) {
  std::vector<ReadSource> sources;
  for (const VariableNames& names : all_variable_names()) {
    if (is_present(names, environment)) {
      sources.push_back(read_source(names, environment));
    }
  }
  return sources;
}

std::string value_of(const Environment& environment, const std::string& name) {
  const char* value = name.empty() ? nullptr : environment(name.c_str());
  return value == nullptr ? "" : value;
}

Environment process_environment() {
  return [](const char* name) -> const char* { return std::getenv(name); };
}

}  // namespace murmur::comm
