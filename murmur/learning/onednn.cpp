// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/onednn.h"

#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

namespace murmur::learning {
namespace {

using VersionFunction = decltype(&dnnl_version);

struct Onednn {
  OnednnSgemm sgemm = nullptr;
  VersionFunction version = nullptr;
  int (*threads)() = nullptr;  // both or none
  void (*set_threads)(int) = nullptr;
};

Result<Onednn> load() {
  void* library = dlopen(MURMUR_ONEDNN_NAME, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  void* sgemm = library == nullptr ? nullptr : dlsym(library, "dnnl_sgemm");
  void* version = sgemm == nullptr ? nullptr : dlsym(library, "dnnl_version");
  if (version == nullptr) {
    return Failure{FailureKind::kMissing,
                   std::string("this program was built with oneDNN, which cannot be loaded now (") +
                       dlerror() + "); install libdnnl2 or build again without libdnnl-dev"};
  }
  void* threads = dlsym(library, "omp_get_max_threads");  // also searches its dependencies
  void* set_threads = threads == nullptr ? nullptr : dlsym(library, "omp_set_num_threads");
  return Onednn{.sgemm = reinterpret_cast<OnednnSgemm>(sgemm),
                .version = reinterpret_cast<VersionFunction>(version),
                .threads = reinterpret_cast<int (*)()>(threads),
                .set_threads = reinterpret_cast<void (*)(int)>(set_threads)};
}

const Result<Onednn>& loaded() {
  static const Result<Onednn> kLoaded = load();
  return kLoaded;
}

}  // namespace

Result<OnednnSgemm> onednn_sgemm() {
  if (!loaded()) {
    return loaded().failure();
  }
  return loaded().value().sgemm;
}

int onednn_threads() {
  return loaded() && loaded().value().set_threads != nullptr ? loaded().value().threads() : 1;
}

void set_onednn_threads(int threads) {
  if (loaded() && loaded().value().set_threads != nullptr) {
    loaded().value().set_threads(threads);
  }
}

std::string onednn_version() {
  if (!loaded()) {
    return "none";
  }
  const dnnl_version_t* version = loaded().value().version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace murmur::learning
