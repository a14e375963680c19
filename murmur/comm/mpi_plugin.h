// SPDX-License-Identifier: Apache-2.0
// What libmurmur_openmpi.so and libmurmur_mpich.so give to the program. Both are made of one source
// against two implementations of MPI, and by the compiler of the program.
#pragma once

#include <memory>
#include <string>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

struct MpiPlugin {
  std::string (*version)() = nullptr;
  Result<std::unique_ptr<Transport>> (*open)() = nullptr;
};

// The only symbol of its own that such a library exports.
inline constexpr const char* kMpiPluginSymbol = "murmur_mpi_plugin";
using MpiPluginFunction = const MpiPlugin* (*)();

}  // namespace murmur::comm
