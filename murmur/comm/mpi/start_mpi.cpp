// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/start_mpi.h"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/mpi/world_facts.h"

namespace murmur::comm {
namespace {

constexpr std::chrono::milliseconds kQuietPeriod{50};

std::atomic<bool> g_given_up = false;
std::atomic<bool> g_is_ours = false;  // join_mpi() has initialized it

// During its lifetime, defaults that the user has not chosen; other implementations of MPI ignore
// these variables. A bucket of a row must be sent eagerly: for messages of more than 64 KiB over
// TCP, Open MPI uses a rendezvous, whose reply queues behind all data in the same direction, so
// that the messages of two processes that send to each other arrive one after the other instead of
// at the same time.
class Settings {
 public:
  Settings() {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      is_set_[k] = std::getenv(kNames[k]) == nullptr;
      setenv(kNames[k], kMoreThanABucket, 0);
    }
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings() {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      if (is_set_[k]) {
        unsetenv(kNames[k]);
      }
    }
  }

 private:
  static constexpr const char* kMoreThanABucket = "1100000";
  static constexpr std::array kNames{"OMPI_MCA_btl_tcp_eager_limit",
                                     "OMPI_MCA_btl_tcp_rndv_eager_limit"};
  std::array<bool, kNames.size()> is_set_{};
};

// Puts the signal handlers of the process back: those of MPI print, and end the process.
class SignalHandlers {
 public:
  SignalHandlers() {
    for (int signal = 1; signal < kSignals; ++signal) {
      known_.at(static_cast<std::size_t>(signal)) =
          sigaction(signal, nullptr, &before_.at(static_cast<std::size_t>(signal))) == 0;
    }
  }
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;
  ~SignalHandlers() {
    for (int signal = 1; signal < kSignals; ++signal) {
      if (known_[static_cast<std::size_t>(signal)] && signal != SIGKILL && signal != SIGSTOP) {
        sigaction(signal, &before_[static_cast<std::size_t>(signal)], nullptr);
      }
    }
  }

 private:
  static constexpr int kSignals = 32;  // real-time signals are libraries' own
  std::array<struct sigaction, kSignals> before_{};
  std::array<bool, kSignals> known_{};
};

struct BeforeFinalize {
  Mutex mutex;  // held while one is called, and locked before mpi_mutex()
  std::map<const void*, std::function<void()>> calls MURMUR_GUARDED_BY(mutex);
};

// Never destroyed: a host may finalize MPI after all static objects are gone.
BeforeFinalize& before() {
  static BeforeFinalize& all = *std::make_unique<BeforeFinalize>().release();
  return all;
}

// MPI_Finalize begins by deleting the attributes of MPI_COMM_SELF.
int call_all(MPI_Comm /*self*/, int /*key*/, void* /*value*/, void* /*state*/) {
  BeforeFinalize& all = before();
  const Lock lock(all.mutex);
  for (const auto& [object, call] : all.calls) {
    call();
  }
  return MPI_SUCCESS;
}

void watch_finalize() {
  static std::once_flag once;
  std::call_once(once, [] {
    mpi_mutex();  // lives until the functions that are registered at exit have run
    int key = MPI_KEYVAL_INVALID;
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, call_all, &key, nullptr);
    MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
    MPI_Comm_free_keyval(&key);
  });
}

void finish_at_exit() {
  if (!is_finalized() && !g_given_up) {
    finish_mpi();
  }
}

}  // namespace

std::string mpi_library_version() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  const std::size_t end = text.find_first_of(std::string("\n\0", 2));
  std::string line = end == std::string::npos ? text : text.substr(0, end);
  for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t')) {
    line.replace(tab, 1, " ");
  }
  return line;
}

Mutex& mpi_mutex() {
  static Mutex mutex;
  return mutex;
}

Status start_mpi() {
  const Settings settings;
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS) {
    return Failure{FailureKind::kPeer, "MPI did not start (" + mpi_library_version() + ")"};
  }
  if (provided < MPI_THREAD_SERIALIZED) {
    MPI_Finalize();
    return Failure{FailureKind::kInvalid,
                   mpi_library_version() +
                       " was built without threads; murmur computes on one thread and "
                       "talks on another"};
  }
  return Ok{};
}

void finish_mpi() {
  if (finalize_may_hang()) {
    MPI_Barrier(MPI_COMM_WORLD);
    std::this_thread::sleep_for(kQuietPeriod);
  }
  MPI_Finalize();
}

Result<Calls> join_mpi() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (is_finalized()) {
    return Failure{FailureKind::kInvalid,
                   "MPI was finalized in this process, and cannot be initialized again"};
  }
  if (g_is_ours && g_given_up) {
    return Failure{FailureKind::kPeer,
                   "another process of this MPI was lost before; start all of them again"};
  }
  if (initialized == 0) {
    const SignalHandlers handlers;
    if (Status started = start_mpi(); !started) {
      return started.failure();
    }
    g_is_ours = true;
  }
  watch_finalize();
  if (initialized == 0) {
    std::atexit(finish_at_exit);
  }
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  return g_is_ours || level == MPI_THREAD_MULTIPLE ? Calls::kAnyThread : Calls::kCallers;
}

void before_finalize(const void* object, std::function<void()> call) {
  BeforeFinalize& all = before();
  const Lock lock(all.mutex);
  all.calls[object] = std::move(call);
}

void forget_finalize(const void* object) {
  BeforeFinalize& all = before();
  const Lock lock(all.mutex);
  all.calls.erase(object);
}

bool is_finalized() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  return finalized != 0;
}

void give_mpi_up() {
  g_given_up = true;
}

}  // namespace murmur::comm
