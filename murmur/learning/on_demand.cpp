// SPDX-License-Identifier: Apache-2.0
// Replaces torch/ in the program: loads libmurmur_torch.so, which is installed next to the program,
// at the first use, and forwards calls to it.
#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>

#include <dlfcn.h>

#include "murmur/learning/torch.h"
#include "murmur/learning/torch_plugin.h"

namespace murmur::learning {
namespace {

std::atomic<const TorchPlugin*> g_loaded = nullptr;

// If a library loaded by MPI (UCX) intercepts dlopen, names are searched for in that library's run
// path instead of the program's. The full path is then needed.
void* open_library() {
  constexpr const char* kName = "libmurmur_torch.so";
  constexpr int kHow = RTLD_LAZY | RTLD_LOCAL;
  if (void* library = dlopen(kName, kHow)) {
    return library;
  }
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return unknown ? nullptr : dlopen((program.parent_path() / kName).c_str(), kHow);
}

Result<const TorchPlugin*> load() {
  void* library = open_library();
  void* symbol = library == nullptr ? nullptr : dlsym(library, kTorchPluginSymbol);
  if (symbol == nullptr) {
    return Failure{FailureKind::kMissing,
                   std::string("the part of murmur that computes by torch cannot be loaded (") +
                       dlerror() +
                       "); build again: scripts/setup && cmake --build --preset release"};
  }
  g_loaded = reinterpret_cast<TorchPluginFunction>(symbol)();
  return g_loaded.load();
}

// Never unloaded, because torch's threads may outlive any owner.
const Result<const TorchPlugin*>& table() {
  static const Result<const TorchPlugin*> kTable = load();
  return kTable;
}

}  // namespace

Status load_torch() {
  return table() ? Status(Ok{}) : table().failure();
}

template <class S>
Matmul<S> torch_matmul() {
  return table().value()->matmul.get<S>();
}

template <class S>
std::unique_ptr<Body<S>> make_torch_body(const models::Network& network) {
  return table().value()->make_body.get<S>()(network);
}

void compute_alone_in_torch() {
  if (const TorchPlugin* loaded = g_loaded) {
    loaded->compute_alone();
  }
}

template Matmul<float> torch_matmul<float>();
template Matmul<double> torch_matmul<double>();
template std::unique_ptr<Body<float>> make_torch_body<float>(const models::Network&);
template std::unique_ptr<Body<double>> make_torch_body<double>(const models::Network&);

}  // namespace murmur::learning
