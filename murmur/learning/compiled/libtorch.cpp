// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/compiled/libtorch.h"

#include <atomic>
#include <mutex>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

#include "murmur/learning/libraries.h"

namespace murmur::learning {
namespace {

constexpr const char* kName = "libtorch_cpu.so";
// For what is loaded later: its symbols are seen by compiled models.
constexpr int kHow = RTLD_NOW | RTLD_GLOBAL;

std::atomic<const Libtorch*> g_opened = nullptr;

template <class Function>
bool find(void* library, const char* symbol, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, symbol));
  return function != nullptr;
}

Failure invalid(std::string message) {
  return {FailureKind::kInvalid, std::move(message)};
}

Result<void*> open_library(const models::CompiledModel& model) {
  if (void* loaded = dlopen(kName, kHow | RTLD_NOLOAD)) {
    return loaded;
  }
  if (torch_version() != "none") {
    // Another one beside it would be one too many.
    if (torch_version() != model.torch) {
      return invalid(
          fmt::format("{} was compiled with torch {}, and this murmur has torch {}; compile it "
                      "with that one",
                      model.folder.string(),
                      model.torch,
                      torch_version()));
    }
    if (const Status own = load_torch(); !own) {
      return own.failure();
    }
    if (void* loaded = dlopen(kName, kHow | RTLD_NOLOAD)) {
      return loaded;
    }
  }
  if (void* loaded = dlopen(model.library.c_str(), kHow)) {
    return loaded;
  }
  return invalid(
      fmt::format("{} was compiled with the torch {} of {}, which cannot be loaded ({}); compile "
                  "it with the torch of this machine",
                  model.folder.string(),
                  model.torch,
                  model.library,
                  dlerror()));
}

// Of aoti_torch_abi_version().
std::string version_text(std::uint64_t version) {
  return fmt::format("{}.{}.{}", version >> 56U, version >> 48U & 0xffU, version >> 40U & 0xffU);
}

// The number of threads of a calling thread: at::get_num_threads(), at::set_num_threads(int).
constexpr const char* kThreads = "_ZN2at15get_num_threadsEv";
constexpr const char* kSetThreads = "_ZN2at15set_num_threadsEi";

Result<Libtorch> functions_of(void* library, std::string& version) {
  Libtorch torch;
  std::uint64_t (*version_of)() = nullptr;
  std::int32_t (*cpu)() = nullptr;
  if (!find(library, "aoti_torch_abi_version", version_of) ||
      !find(library, "aoti_torch_create_tensor_from_blob", torch.create_tensor) ||
      !find(library, "aoti_torch_get_data_ptr", torch.data_of) ||
      !find(library, "aoti_torch_delete_tensor_object", torch.delete_tensor) ||
      !find(library, "aoti_torch_device_type_cpu", cpu) ||
      !find(library, kThreads, torch.threads) || !find(library, kSetThreads, torch.set_threads)) {
    return invalid("the torch of this process is older than 2.10, which compiled models need");
  }
  torch.cpu = cpu();
  version = version_text(version_of());
  return torch;
}

}  // namespace

Result<std::int32_t> Libtorch::dtype(const std::string& name) const {
  void* library = dlopen(kName, kHow | RTLD_NOLOAD);
  std::int32_t (*number)() = nullptr;
  if (library == nullptr || !find(library, ("aoti_torch_dtype_" + name).c_str(), number)) {
    return invalid(fmt::format("torch has no type '{}'", name));
  }
  return number();
}

Result<const Libtorch*> open_libtorch(const models::CompiledModel& model) {
  static std::mutex mutex;
  static Libtorch torch;
  static std::string version;
  const std::lock_guard lock(mutex);
  if (g_opened == nullptr) {
    const Result<void*> library = open_library(model);
    if (!library) {
      return library.failure();
    }
    const Result<Libtorch> found = functions_of(library.value(), version);
    if (!found) {
      return found.failure();
    }
    torch = found.value();
    g_opened = &torch;
  }
  if (version != model.torch) {
    return invalid(
        fmt::format("{} was compiled with torch {}, and the torch of this process is {}; compile "
                    "it with that one",
                    model.folder.string(),
                    model.torch,
                    version));
  }
  return g_opened.load();
}

namespace {

thread_local int t_before = 0;  // the calling thread's number of threads; 0: it is not alone

}  // namespace

void compute_alone_in_libtorch() {
  if (const Libtorch* torch = g_opened; torch != nullptr && t_before == 0) {
    t_before = torch->threads();
    torch->set_threads(1);
  }
}

void compute_as_before_in_libtorch() {
  if (const Libtorch* torch = g_opened; torch != nullptr && t_before > 0) {
    torch->set_threads(std::exchange(t_before, 0));
  }
}

}  // namespace murmur::learning
