// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/inspect/doctor.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include "murmur/comm/launch/launch_sources.h"
#include "murmur/comm/mpi.h"
#include "murmur/data/places.h"
#include "murmur/learning/libraries.h"
#include "murmur/run/config/document.h"
#include "murmur/run/text/names.h"
#include "murmur/run/text/units.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::run {
namespace {

// The program's own variables, and that of the scripts that build it.
const std::vector<std::string>& known_variables() {
  static const std::vector<std::string> kNames{"MURMUR_SEED",
                                               "MURMUR_OUTPUT",
                                               "MURMUR_THREADS",
                                               "MURMUR_DATA",
                                               "MURMUR_CACHE",
                                               "MURMUR_PORT",
                                               "MURMUR_TORCH"};
  return kNames;
}

std::string value_of(const char* name) {
  return comm::value_of(comm::process_environment(), name);
}

std::vector<Variable> relevant_environment() {
  std::vector<Variable> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (equals != std::string_view::npos &&
        (name.starts_with("MURMUR_") || name == "OMP_NUM_THREADS")) {
      variables.push_back({std::string(name), std::string(text.substr(equals + 1))});
    }
  }
  std::sort(variables.begin(), variables.end(), [](const Variable& a, const Variable& b) {
    return a.name < b.name;
  });
  return variables;
}

std::vector<DatasetPlace> dataset_places() {
  const data::Places places = data_places("");
  std::vector<DatasetPlace> found;
  for (const data::DatasetInfo& info : data::datasets()) {
    const auto files = data::find_files(info, places);
    found.push_back({info.name, files ? files.value().folder : "", info.how_to_get});
  }
  return found;
}

std::vector<MpiState> mpi_states() {
  std::vector<MpiState> states;
  for (const comm::MpiLibrary library : {comm::MpiLibrary::kOpenMpi, comm::MpiLibrary::kMpich}) {
    states.push_back({library, comm::mpi_version(library)});
  }
  return states;
}

std::filesystem::path output_folder(const std::optional<std::string>& asked) {
  const std::string environment = value_of("MURMUR_OUTPUT");
  return asked ? *asked : environment.empty() ? "runs" : environment;
}

// If the launcher's MPI is not in this build, several processes would start and could not
// communicate.
void find_launch_problems(Diagnosis& found) {
  if (!found.launch) {
    found.problems.push_back(found.launch.failure().message);
    return;
  }
  for (const MpiState& mpi : found.mpi) {
    if (mpi.library == found.launch.value().library && !mpi.version) {
      found.problems.push_back(fmt::format("the launcher speaks to {}: {}",
                                           comm::name_of(mpi.library),
                                           mpi.version.failure().message));
    }
  }
}

bool has_open_mpi(const Diagnosis& found) {
  return std::any_of(found.mpi.begin(), found.mpi.end(), [](const MpiState& mpi) {
    return mpi.library == comm::MpiLibrary::kOpenMpi && mpi.version;
  });
}

// Open MPI's mpirun refuses to start as root, and to start more processes than there are cores;
// MPICH's accepts both.
void find_hints(Diagnosis& found) {
  const bool may_be_root = !value_of("OMPI_ALLOW_RUN_AS_ROOT").empty() &&
                           !value_of("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM").empty();
  if (has_open_mpi(found) && geteuid() == 0 && !may_be_root) {
    found.hints.push_back(
        "Open MPI's mpirun starts nothing as root unless it is told: mpirun --allow-run-as-root");
  }
  const int cores = found.machine.usable_cores;
  const int processes = found.launch ? found.launch.value().local_processes : 1;
  if (processes > cores) {
    found.hints.push_back(
        fmt::format("{} processes of this host share {} cores; a run is not faster than with {}",
                    processes,
                    cores,
                    cores));
  } else if (has_open_mpi(found) && processes == 1) {
    found.hints.push_back(
        fmt::format("Open MPI's mpirun starts one process per core, here at most {}, unless it is "
                    "told: mpirun --oversubscribe",
                    cores));
  }
}

void find_variable_problems(Diagnosis& found) {
  for (const Variable& variable : found.environment) {
    const auto& known = known_variables();
    if (variable.name.starts_with("MURMUR_") &&
        std::find(known.begin(), known.end(), variable.name) == known.end()) {
      found.problems.push_back(
          fmt::format("{} is set, and murmur reads no such variable{}; known: {}",
                      variable.name,
                      did_you_mean(variable.name, known),
                      join_names(known)));
    }
  }
  const toml::table layer = environment_layer();
  for (const auto& [name, key] :
       {std::pair{"MURMUR_SEED", "seed"}, std::pair{"MURMUR_THREADS", "threads"}}) {
    if (layer.contains(key) && !layer.get(key)->is_integer()) {
      found.problems.push_back(
          fmt::format("{}={} is no integer; set one or unset it", name, value_of(name)));
    }
  }
  const std::string data = value_of("MURMUR_DATA");
  std::error_code ignored;
  if (!data.empty() && !std::filesystem::is_directory(data, ignored)) {
    found.problems.push_back(
        fmt::format("MURMUR_DATA={} is no folder; set it to where the data lie or unset it", data));
  }
}

void find_output_problems(Diagnosis& found) {
  constexpr std::int64_t kLittle = 50'000'000;  // too little for a checkpoint of a small run
  const FolderState& output = found.output;
  if (!output.trouble.empty()) {
    found.problems.push_back(
        fmt::format("results cannot be written to {} ({}); choose another folder with --output or "
                    "MURMUR_OUTPUT",
                    output.folder.string(),
                    output.trouble));
  } else if (output.free_bytes < kLittle) {
    found.problems.push_back(
        fmt::format("the disk of {} has only {} left",
                    output.folder.string(),
                    quantity_text(static_cast<double>(output.free_bytes), Unit::kBytes)));
  }
}

// The version of torch; "none" in a build without it, "none: reason" if it cannot be loaded.
std::string torch_state() {
  const std::string version = learning::torch_version();
  const Status loaded = version == "none" ? Ok{} : learning::load_torch();
  return loaded ? version : "none: " + loaded.failure().message;
}

}  // namespace

Diagnosis diagnose(const std::optional<std::string>& output) {
  Diagnosis found{.machine = look_at_machine(),
                  .torch = torch_state(),
                  .matmul = learning::matmul_library("auto"),
                  .mpi = mpi_states(),
                  .sources = {},
                  .launch = comm::detect_launch(),
                  .environment = relevant_environment(),
                  .datasets = dataset_places(),
                  .output = look_at_folder(output_folder(output)),
                  .hints = {},
                  .problems = {}};
  for (const comm::ReadSource& read : comm::read_launch_sources(comm::process_environment())) {
    found.sources.push_back(read.source);
  }
  // "none" alone is a build without torch, as configured; "none: reason" is a problem.
  if (found.torch.starts_with("none:")) {
    found.problems.push_back("torch: " + found.torch.substr(5));
  }
  find_hints(found);
  find_launch_problems(found);
  find_variable_problems(found);
  find_output_problems(found);
  return found;
}

}  // namespace murmur::run
