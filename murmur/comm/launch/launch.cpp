// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/launch/launch.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "murmur/comm/launch/launch_sources.h"
#include "murmur/comm/launch/tcp_launch.h"
#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

using Sources = std::vector<ReadSource>;

const ReadSource* find(const Sources& sources, Launcher launcher) {
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const ReadSource& read) {
    return read.launcher == launcher;
  });
  return found == sources.end() ? nullptr : &*found;
}

// The launcher that set up MPI for several processes, or null.
const ReadSource* find_mpi(const Sources& sources) {
  for (const Launcher launcher : {Launcher::kOpenMpi, Launcher::kMpich, Launcher::kPmix}) {
    if (const ReadSource* read = find(sources, launcher)) {
      return read;
    }
  }
  return nullptr;
}

// Whether Slurm's variables describe this process. Inside a job they are inherited: by processes
// that a batch script starts (they then describe the script), and by processes that mpirun starts
// on other hosts through daemons that srun started. They describe this process where no other
// launcher started it, and under `srun --mpi=pmix`: only that sets equal process numbers in Slurm's
// and PMIx's variables and a namespace of Slurm's.
bool describes_this_process(const ReadSource& slurm,
                            const Sources& sources,
                            const Environment& environment) {
  const auto value = [&](const char* name) { return value_of(environment, name); };
  if (sources.size() == 1 || value("SLURM_JOB_ID").empty()) {
    return true;
  }
  const ReadSource* mpi = find_mpi(sources);
  const std::string space = value("PMIX_NAMESPACE");
  return mpi != nullptr && mpi->launcher == Launcher::kPmix && !value("SLURM_STEP_ID").empty() &&
         (space.empty() || space.starts_with("slurm.")) &&
         mpi->source.process == slurm.source.process;
}

// The sources that describe this process.
Sources comparable_sources(const Sources& sources, const Environment& environment) {
  Sources some;
  std::copy_if(
      sources.begin(), sources.end(), std::back_inserter(some), [&](const ReadSource& read) {
        return read.launcher != Launcher::kSlurm ||
               describes_this_process(read, sources, environment);
      });
  return some;
}

struct Reported {
  std::string variable;
  int number = -1;
};

// Compares the first number that is set with all others: they must be equal.
std::optional<Failure> contradiction(const std::vector<Reported>& all) {
  const Reported* first = nullptr;
  for (const Reported& reported : all) {
    if (reported.number < 0) {
      continue;
    }
    if (first == nullptr) {
      first = &reported;
    } else if (reported.number != first->number) {
      return Failure{FailureKind::kMismatch,
                     first->variable + "=" + std::to_string(first->number) + " but " +
                         reported.variable + "=" + std::to_string(reported.number) +
                         ": two launchers contradict each other about this process; start murmur "
                         "with one of them, and unset the variables that the other left behind"};
    }
  }
  return std::nullopt;
}

std::optional<Failure> contradiction(const Sources& sources) {
  std::vector<Reported> process;
  std::vector<Reported> processes;
  for (const ReadSource& read : sources) {
    process.push_back({read.process_variable, read.source.process});
    processes.push_back({read.processes_variable, read.source.processes});
  }
  const auto found = contradiction(processes);
  return found ? found : contradiction(process);
}

// Refuses several processes without MPI or TCP to connect them: each would run as a world of its
// own, as if it were the only process.
std::optional<Failure> several_without_mpi(const Sources& sources, const Environment& environment) {
  const auto reported = [](const ReadSource& read) {
    return read.processes_variable + "=" + std::to_string(read.source.processes);
  };
  const ReadSource* slurm = find(sources, Launcher::kSlurm);
  if (slurm == nullptr || slurm->source.processes <= 1) {
    return std::nullopt;
  }
  if (!value_of(environment, "SLURM_STEP_ID").empty()) {
    return Failure{FailureKind::kMismatch,
                   "srun started several processes (" + reported(*slurm) +
                       ") and brought no MPI, by which they find each other; use: srun --mpi=pmix "
                       "murmur ... (--mpi=pmi2 for a build with MPICH)"};
  }
  return Failure{FailureKind::kMismatch,
                 reported(*slurm) +
                     " asks for several processes, and this is only one, of the batch script or of "
                     "a shell; use: srun --mpi=pmix murmur ... or mpirun murmur ...; or, for one "
                     "process: env -u " +
                     slurm->processes_variable + " murmur ..."};
}

Launch conclude(const Sources& sources,
                const Sources& compared,
                const std::optional<TcpPlace>& place) {
  Launch launch;
  for (const ReadSource& read : sources) {
    launch.sources.push_back(read.source);
  }
  const ReadSource* mpi = find_mpi(sources);
  if (mpi == nullptr) {
    if (place) {
      launch.process = place->process;
      launch.processes = place->processes;
      launch.local_processes = std::max(1, find(sources, Launcher::kTorchrun)->local_processes);
    }
    return launch;
  }
  // PMIx does not put the number of processes into the environment. Slurm's number is used instead;
  // torchrun's is only compared, since it may come from a script that exports WORLD_SIZE.
  const ReadSource* slurm = find(compared, Launcher::kSlurm);
  const bool ask_slurm = mpi->source.processes < 0 && slurm != nullptr;
  launch.processes = (ask_slurm ? slurm : mpi)->source.processes;
  launch.process = mpi->source.process;
  // A launch of one process has no other process to reach and needs no MPI, so `mpirun -n 1` works
  // in every build.
  if (launch.processes != 1) {
    launch.library = mpi->launcher == Launcher::kMpich ? MpiLibrary::kMpich : MpiLibrary::kOpenMpi;
    launch.local_processes = std::max(1, mpi->local_processes);
  }
  return launch;
}

}  // namespace

std::string_view name_of(MpiLibrary library) {
  switch (library) {
    case MpiLibrary::kNone:
      return "none";
    case MpiLibrary::kOpenMpi:
      return "Open MPI";
    case MpiLibrary::kMpich:
      return "MPICH";
  }
  MURMUR_CHECK(false, "library {}", static_cast<int>(library));
}

Result<Launch> detect_launch(const Environment& environment) {
  const Sources sources = read_launch_sources(environment);
  const Sources compared = comparable_sources(sources, environment);
  for (const ReadSource& read : compared) {
    if (read.failure) {
      return *read.failure;
    }
  }
  if (const auto found = contradiction(compared)) {
    return *found;
  }
  if (find_mpi(sources) != nullptr) {
    return conclude(sources, compared, std::nullopt);
  }
  const auto place = tcp_place(environment);
  if (!place) {
    return place.failure();
  }
  if (!place.value()) {
    if (const auto refused = several_without_mpi(sources, environment)) {
      return *refused;
    }
  }
  return conclude(sources, compared, place.value());
}

Result<Launch> detect_launch() {
  return detect_launch(process_environment());
}

}  // namespace murmur::comm
