// SPDX-License-Identifier: Apache-2.0
// Replaces torch/: loads libmurmur_torch.so, which is installed next to libmurmur.so, at the first
// use, and forwards calls to it.
#include <atomic>
#include <filesystem>
#include <string>

#include <dlfcn.h>

#include "murmur/learning/torch.h"
#include "murmur/learning/torch_plugin.h"

namespace murmur::learning {
namespace {

std::atomic<const TorchPlugin*> g_loaded = nullptr;

// If a library loaded by MPI (UCX) intercepts dlopen, names are searched for in that library's run
// path instead of ours. The full path is then needed: that of what this code is in.
void* open_library() {
  constexpr const char* kName = "libmurmur_torch.so";
  constexpr int kHow = RTLD_LAZY | RTLD_LOCAL;
  if (void* library = dlopen(kName, kHow)) {
    return library;
  }
  Dl_info own{};
  if (dladdr(reinterpret_cast<const void*>(&g_loaded), &own) == 0) {
    return nullptr;
  }
  const auto folder = std::filesystem::path(own.dli_fname).parent_path();
  return dlopen((folder / kName).c_str(), kHow);
}

Result<const TorchPlugin*> load() {
  compute_as_before_in_onednn();  // torch is to see how many threads there are
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

template <class S>
std::unique_ptr<Sequence<S>> make_torch_sequence(const models::Network& network,
                                                 const Objective& objective) {
  return table().value()->make_sequence.get<S>()(network, objective);
}

template <class S>
std::unique_ptr<Generator<S>> make_torch_generator(const models::Network& network,
                                                   data::Task task) {
  return table().value()->make_generator.get<S>()(network, task);
}

void compute_alone_in_torch() {
  if (const TorchPlugin* loaded = g_loaded) {
    loaded->compute_alone();
  }
}

void compute_as_before_in_torch() {
  if (const TorchPlugin* loaded = g_loaded) {
    loaded->compute_as_before();
  }
}

template Matmul<float> torch_matmul<float>();
template Matmul<double> torch_matmul<double>();
template std::unique_ptr<Body<float>> make_torch_body<float>(const models::Network&);
template std::unique_ptr<Body<double>> make_torch_body<double>(const models::Network&);
template std::unique_ptr<Sequence<float>> make_torch_sequence<float>(const models::Network&,
                                                                     const Objective&);
template std::unique_ptr<Sequence<double>> make_torch_sequence<double>(const models::Network&,
                                                                       const Objective&);
template std::unique_ptr<Generator<float>> make_torch_generator<float>(const models::Network&,
                                                                       data::Task);
template std::unique_ptr<Generator<double>> make_torch_generator<double>(const models::Network&,
                                                                         data::Task);

}  // namespace murmur::learning
