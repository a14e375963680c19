// SPDX-License-Identifier: Apache-2.0
// The interface of libmurmur_openmpi.so and libmurmur_mpich.so. Both are built from the same source
// against different implementations of MPI, with the same compiler as the program.
#pragma once

#include <memory>
#include <string>

#include "murmur/comm/mpi.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

struct MpiPlugin {
  std::string (*version)() = nullptr;
  Result<std::unique_ptr<Transport>> (*open)() = nullptr;
  Result<std::unique_ptr<Transport>> (*open_within)(std::optional<CommunicatorBits>) = nullptr;
  bool (*is_finalized)() = nullptr;
};

// The only symbol that such a library exports.
inline constexpr const char* kMpiPluginSymbol = "murmur_mpi_plugin";
using MpiPluginFunction = const MpiPlugin* (*)();

}  // namespace murmur::comm
