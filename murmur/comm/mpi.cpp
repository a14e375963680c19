// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi.h"

#include <string>
#include <string_view>

#include <dlfcn.h>

#include "murmur/comm/mpi_plugin.h"
#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

struct LibraryFile {
  std::string_view name;
  std::string_view file;
  std::string_view package;
};

constexpr LibraryFile kOpenMpi{"Open MPI", "libmurmur_openmpi.so", "libopenmpi-dev"};
constexpr LibraryFile kMpich{"MPICH", "libmurmur_mpich.so", "libmpich-dev"};

// Either this MPI was absent when murmur was built, or the plugin exists but MPI itself, or a
// library that it depends on, has been removed since.
Failure missing(const LibraryFile& library, std::string_view reason) {
  const bool was_built = !reason.starts_with(library.file);
  const std::string what = was_built
                               ? "the part of murmur that speaks to " + std::string(library.name) +
                                     " cannot be loaded (" + std::string(reason) + ")"
                               : "this build has no " + std::string(library.name);
  return {FailureKind::kMissing,
          what + "; install " + std::string(library.package) +
              " and build again: scripts/setup && cmake --build --preset release"};
}

Result<const MpiPlugin*> load(const LibraryFile& library) {
  void* handle = dlopen(std::string(library.file).c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = handle == nullptr ? nullptr : dlsym(handle, kMpiPluginSymbol);
  if (symbol == nullptr) {
    return missing(library, dlerror());
  }
  return reinterpret_cast<MpiPluginFunction>(symbol)();
}

// Threads: the first caller loads the library, others wait. Never unloaded: MPI's threads outlive
// every possible owner.
const Result<const MpiPlugin*>& plugin_of(MpiLibrary library) {
  MURMUR_CHECK(library != MpiLibrary::kNone, "a world of one process needs no MPI");
  if (library == MpiLibrary::kOpenMpi) {
    static const Result<const MpiPlugin*> kPlugin = load(kOpenMpi);
    return kPlugin;
  }
  static const Result<const MpiPlugin*> kPlugin = load(kMpich);
  return kPlugin;
}

}  // namespace

Result<std::string> mpi_version(MpiLibrary library) {
  const auto& loaded = plugin_of(library);
  if (!loaded) {
    return loaded.failure();
  }
  return loaded.value()->version();
}

Result<std::unique_ptr<Transport>> open_mpi(MpiLibrary library) {
  const auto& loaded = plugin_of(library);
  if (!loaded) {
    return loaded.failure();
  }
  return loaded.value()->open();
}

Result<std::unique_ptr<Transport>> open_mpi_within(MpiLibrary library,
                                                   std::optional<CommunicatorBits> communicator) {
  const auto& loaded = plugin_of(library);
  if (!loaded) {
    return loaded.failure();
  }
  return loaded.value()->open_within(communicator);
}

bool mpi_is_finalized(MpiLibrary library) {
  return plugin_of(library).value()->is_finalized();
}

}  // namespace murmur::comm
