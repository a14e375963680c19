// SPDX-License-Identifier: Apache-2.0
// Stands in for this folder in the program: loads libmurmur_learning.so, which lies beside it, when
// something is asked for, and hands the question on.
#include <string>

#include <dlfcn.h>

#include "murmur/learning/libraries.h"
#include "murmur/learning/library_table.h"
#include "murmur/learning/supervised.h"

namespace murmur::learning {
namespace {

Result<const LibraryTable*> load() {
  void* library = dlopen("libmurmur_learning.so", RTLD_LAZY | RTLD_LOCAL);
  void* symbol = library == nullptr ? nullptr : dlsym(library, kLibraryTableSymbol);
  if (symbol == nullptr) {
    return Failure{FailureKind::kMissing,
                   std::string("the part of murmur that trains networks cannot be loaded (") +
                       dlerror() +
                       "); build again: scripts/setup && cmake --build --preset release"};
  }
  return reinterpret_cast<LibraryTableFunction>(symbol)();
}

// Threads: the first caller loads, others wait. Never unloaded: torch's threads outlive any owner.
const Result<const LibraryTable*>& table() {
  static const Result<const LibraryTable*> kTable = load();
  return kTable;
}

}  // namespace

std::string torch_version() {
  return table() ? table().value()->torch_version() : "none: " + table().failure().message;
}

Result<std::string> matmul_library(const std::string& wish) {
  return table() ? table().value()->matmul_library(wish) : table().failure();
}

template <class S>
Result<std::unique_ptr<problems::Problem<S>>> make_supervised(const SupervisedSettings& settings) {
  if (!table()) {
    return table().failure();
  }
  return std::get<MakeSupervised<S>>(table().value()->make_supervised)(settings);
}

template Result<std::unique_ptr<problems::Problem<float>>> make_supervised<float>(
    const SupervisedSettings&);
template Result<std::unique_ptr<problems::Problem<double>>> make_supervised<double>(
    const SupervisedSettings&);

}  // namespace murmur::learning
