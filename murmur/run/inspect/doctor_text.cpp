// SPDX-License-Identifier: Apache-2.0
// A diagnosis as text and as JSON.
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/comm/launch/launch_sources.h"
#include "murmur/comm/launch/tcp_launch.h"
#include "murmur/run/inspect/doctor.h"
#include "murmur/run/text/units.h"
#include "murmur/run/text/version.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

std::string line(std::string_view label, const std::string& text) {
  return fmt::format("  {:<17}{}\n", label, text);
}

std::string bytes_text(std::int64_t bytes) {
  return bytes > 0 ? quantity_text(static_cast<double>(bytes), Unit::kBytes) : "unknown";
}

std::string version_text(const Result<std::string>& version) {
  return version ? version.value() : "none: " + version.failure().message;
}

std::string machine_text(const Machine& machine) {
  return "\nmachine\n" + line("processor", machine.processor) +
         line("cores",
              fmt::format(
                  "{}, of which this process may use {}", machine.cores, machine.usable_cores)) +
         line("memory",
              fmt::format("{}, {} available",
                          bytes_text(machine.memory_bytes),
                          bytes_text(machine.available_bytes)));
}

std::string libraries_text(const Diagnosis& found) {
  std::string text = "\nlibraries\n" + line("torch", found.torch) +
                     line("matrix products", version_text(found.matmul));
  for (const MpiState& mpi : found.mpi) {
    text += line(comm::name_of(mpi.library), version_text(mpi.version));
  }
  return text;
}

std::string conclusion_text(const Diagnosis& found) {
  if (!found.launch) {
    return "refused, see below";
  }
  const comm::Launch& launch = found.launch.value();
  if (comm::is_alone(launch)) {
    return found.sources.empty() ? "started alone" : "one process, which needs no MPI";
  }
  const std::string of = launch.processes < 0 ? "of a number that is known when MPI is opened"
                                              : fmt::format("of {}", launch.processes);
  return fmt::format("process {} {}, by {}",
                     launch.process,
                     of,
                     comm::connection_of(launch, comm::process_environment()));
}

std::string launch_text(const Diagnosis& found) {
  std::string text = "\nlaunch\n";
  for (const comm::LaunchSource& source : found.sources) {
    text += line("found", fmt::format("{}: {}", source.name, fmt::join(source.variables, " ")));
  }
  return text + line("so", conclusion_text(found));
}

std::string environment_text(const Diagnosis& found) {
  std::string text = "\nenvironment\n";
  for (const Variable& variable : found.environment) {
    text += line(variable.name, variable.value);
  }
  return found.environment.empty() ? text + line("MURMUR_*", "none is set") : text;
}

std::string datasets_text(const Diagnosis& found) {
  std::string text = "\ndatasets\n";
  for (const DatasetPlace& dataset : found.datasets) {
    text +=
        line(dataset.name,
             dataset.folder.empty() ? "not found; " + dataset.how_to_get : dataset.folder.string());
  }
  return text;
}

std::string output_text(const FolderState& output) {
  return "\noutput\n" +
         line("folder",
              output.folder.string() +
                  (output.trouble.empty() ? ", can be written" : ", cannot be written")) +
         line("free", bytes_text(output.free_bytes));
}

std::string hints_text(const Diagnosis& found) {
  std::string text = found.hints.empty() ? "" : "\nhints\n";
  for (const std::string& hint : found.hints) {
    text += "  " + hint + "\n";
  }
  return text;
}

std::string problems_text(const Diagnosis& found) {
  std::string text = "\nproblems\n";
  for (const std::string& problem : found.problems) {
    text += "  " + problem + "\n";
  }
  return found.problems.empty() ? text + "  nothing wrong found\n" : text;
}

// {"version", "trouble"}: one of them, the other null.
Json to_json(const Result<std::string>& version) {
  return {{"version", version ? Json(version.value()) : Json(nullptr)},
          {"trouble", version ? Json(nullptr) : Json(version.failure().message)}};
}

Json known_or_null(int number) {
  return number < 0 ? Json(nullptr) : Json(number);
}

Json launch_json(const Diagnosis& found) {
  Json sources = Json::array();
  for (const comm::LaunchSource& source : found.sources) {
    sources.push_back({{"name", source.name},
                       {"variables", source.variables},
                       {"process", known_or_null(source.process)},
                       {"processes", known_or_null(source.processes)}});
  }
  Json json{{"sources", sources}, {"agrees", static_cast<bool>(found.launch)}};
  if (found.launch) {
    const comm::Launch& launch = found.launch.value();
    json["library"] = comm::connection_of(launch, comm::process_environment());
    json["process"] = launch.process;
    json["processes"] = known_or_null(launch.processes);
    json["local_processes"] = launch.local_processes;
  } else {
    json["trouble"] = found.launch.failure().message;
  }
  return json;
}

}  // namespace

std::string to_text(const Diagnosis& found) {
  return fmt::format("murmur {}\n", version()) + machine_text(found.machine) +
         libraries_text(found) + launch_text(found) + environment_text(found) +
         datasets_text(found) + output_text(found.output) + hints_text(found) +
         problems_text(found);
}

nlohmann::ordered_json to_json(const Diagnosis& found) {
  Json mpi = Json::object();
  for (const MpiState& state : found.mpi) {
    mpi[std::string(comm::name_of(state.library))] = to_json(state.version);
  }
  Json environment = Json::object();
  for (const Variable& variable : found.environment) {
    environment[variable.name] = variable.value;
  }
  Json datasets = Json::array();
  for (const DatasetPlace& dataset : found.datasets) {
    datasets.push_back({{"name", dataset.name},
                        {"found", !dataset.folder.empty()},
                        {"folder", dataset.folder.string()},
                        {"how_to_get", dataset.how_to_get}});
  }
  return {{"schema", 1},
          {"version", version()},
          {"machine",
           {{"processor", found.machine.processor},
            {"cores", found.machine.cores},
            {"usable_cores", found.machine.usable_cores},
            {"memory_bytes", found.machine.memory_bytes},
            {"available_bytes", found.machine.available_bytes}}},
          {"torch", found.torch},
          {"matmul", to_json(found.matmul)},
          {"mpi", mpi},
          {"launch", launch_json(found)},
          {"environment", environment},
          {"datasets", datasets},
          {"output",
           {{"folder", found.output.folder.string()},
            {"writable", found.output.trouble.empty()},
            {"trouble", found.output.trouble},
            {"free_bytes", found.output.free_bytes}}},
          {"hints", found.hints},
          {"problems", found.problems}};
}

}  // namespace murmur::run
