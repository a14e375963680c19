// SPDX-License-Identifier: Apache-2.0
// What `murmur doctor` finds: what this machine and this build offer, how this process was
// launched, and what is wrong. It opens nothing but the libraries, to ask for their versions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "murmur/comm/launch/launch.h"
#include "murmur/core/error.h"
#include "murmur/run/processes/machine.h"

namespace murmur::run {

struct MpiState {
  comm::MpiLibrary library = comm::MpiLibrary::kNone;
  Result<std::string> version;
};

struct Variable {
  std::string name;
  std::string value;
};

struct DatasetPlace {
  std::string name;
  std::filesystem::path folder;  // empty: not found
  std::string how_to_get;
};

struct Diagnosis {
  Machine machine;
  std::string torch;
  Result<std::string> matmul;
  std::vector<MpiState> mpi;
  std::vector<comm::LaunchSource> sources;
  Result<comm::Launch> launch;
  std::vector<Variable> environment;  // MURMUR_* and OMP_NUM_THREADS, those that are set
  std::vector<DatasetPlace> datasets;
  FolderState output;
  std::vector<std::string> hints;     // sentences: what launchers require on this machine
  std::vector<std::string> problems;  // sentences: what is wrong, and what to do
};

// `output`: the folder for results; none: MURMUR_OUTPUT or runs.
Diagnosis diagnose(const std::optional<std::string>& output);

// Aligned text with a heading per section.
std::string to_text(const Diagnosis& diagnosis);
nlohmann::ordered_json to_json(const Diagnosis& diagnosis);

}  // namespace murmur::run
