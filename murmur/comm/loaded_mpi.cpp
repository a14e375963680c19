// SPDX-License-Identifier: Apache-2.0
// Looks through the libraries of this process for an MPI. It is asked through its own file, since
// its functions may be invisible to others (a module of Python, for example).
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <link.h>

#include "murmur/comm/mpi.h"

namespace murmur::comm {
namespace {

int add_file(dl_phdr_info* info, std::size_t /*size*/, void* files) {
  const std::string path = info->dlpi_name;
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.starts_with("libmpi.so") || name.starts_with("libmpich.so")) {
    static_cast<std::vector<std::string>*>(files)->push_back(path);
  }
  return 0;
}

MpiLibrary library_of(std::string_view version) {
  if (version.find("Open MPI") != std::string_view::npos) {
    return MpiLibrary::kOpenMpi;
  }
  for (const std::string_view name : {"MPICH", "Intel", "MVAPICH", "CRAY"}) {
    if (version.find(name) != std::string_view::npos) {
      return MpiLibrary::kMpich;
    }
  }
  return MpiLibrary::kNone;
}

}  // namespace

LoadedMpi loaded_mpi() {
  std::vector<std::string> files;
  dl_iterate_phdr(add_file, &files);
  LoadedMpi found;
  for (const std::string& file : files) {
    void* const library = dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) {
      continue;
    }
    auto* const version =
        reinterpret_cast<int (*)(char*, int*)>(dlsym(library, "MPI_Get_library_version"));
    auto* const initialized = reinterpret_cast<int (*)(int*)>(dlsym(library, "MPI_Initialized"));
    if (version != nullptr && initialized != nullptr) {
      std::array<char, 8192> text{};  // the longest is of 8 KiB, MPICH's
      int length = 0;
      int flag = 0;
      version(text.data(), &length);
      initialized(&flag);
      const MpiLibrary kind = library_of(text.data());
      if (kind != MpiLibrary::kNone && (found.library == MpiLibrary::kNone || flag != 0)) {
        found = {kind, flag != 0};
      }
    }
    dlclose(library);
  }
  return found;
}

}  // namespace murmur::comm
