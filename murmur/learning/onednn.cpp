// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/onednn.h"

#include <string>

#include <dlfcn.h>

namespace murmur::learning {
namespace {

Result<OnednnSgemm> load() {
  void* library = dlopen(MURMUR_ONEDNN_NAME, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  void* symbol = library == nullptr ? nullptr : dlsym(library, "dnnl_sgemm");
  if (symbol == nullptr) {
    return Failure{FailureKind::kMissing,
                   std::string("this program was built with oneDNN, which cannot be loaded now (") +
                       dlerror() + "); install libdnnl2 or build again without libdnnl-dev"};
  }
  return reinterpret_cast<OnednnSgemm>(symbol);
}

}  // namespace

Result<OnednnSgemm> onednn_sgemm() {
  static const Result<OnednnSgemm> kLoaded = load();
  return kLoaded;
}

}  // namespace murmur::learning
