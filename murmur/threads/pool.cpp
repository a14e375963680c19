// SPDX-License-Identifier: Apache-2.0
// Each run() is one generation. Indices are assigned by an atomic counter. A thread enters an open
// generation under the mutex, and the caller closes the generation once no index is left. A thread
// that wakes up too late finds it closed and sleeps again, so short runs never wait for a sleeping
// thread.
//
//   INVARIANT: a thread accesses the task only between entering and leaving, and the caller returns
//   from run() only when the generation is closed and no thread is inside.
#include "murmur/threads/pool.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/core/mutex.h"
#include "murmur/core/spin_until.h"

namespace murmur::threads {
namespace {

using Task = std::function<void(std::size_t index, int thread)>;

// Polls before a thread sleeps: about 0.1 ms in total, yielding the core between polls to any
// thread that needs it.
constexpr int kPolls = 300;

struct Job {
  const Task* task = nullptr;
  std::size_t count = 0;
};

}  // namespace

struct Pool::State {
  explicit State(int thread_count) : threads(thread_count) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  void begin(const std::function<void(int thread)>& on_start);
  void work(int thread, const std::function<void(int thread)>& on_start);
  void announce_start(std::exception_ptr error);
  bool enter_next(std::uint64_t& seen, Job& job);
  void leave();
  void open(const Job& job);
  std::exception_ptr close();
  void perform(const Job& job, int thread);

  const int threads;
  std::vector<std::thread> others;  // accessed only by the constructing and destroying thread

  std::atomic<std::size_t> next_index{0};
  // Written under the mutex; read without it only to decide whether to sleep.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<int> inside{0};

  Mutex mutex;
  Condition changed;  // a generation was opened, or the pool is stopping
  Condition ended;    // the last thread left a closed generation, or a thread has started
  Job current MURMUR_GUARDED_BY(mutex);
  bool is_open MURMUR_GUARDED_BY(mutex) = false;
  bool is_busy MURMUR_GUARDED_BY(mutex) = false;
  bool stopping MURMUR_GUARDED_BY(mutex) = false;
  int sleeping MURMUR_GUARDED_BY(mutex) = 0;
  int started MURMUR_GUARDED_BY(mutex) = 0;
  // Of several exceptions, that of the lowest index is kept, so the result does not depend on the
  // order of execution.
  std::exception_ptr error MURMUR_GUARDED_BY(mutex);
  std::size_t error_index MURMUR_GUARDED_BY(mutex) = std::numeric_limits<std::size_t>::max();
};

Pool::State::~State() {
  {
    const Lock lock(mutex);
    stopping = true;
  }
  changed.notify_all();
  for (std::thread& other : others) {
    other.join();
  }
}

void Pool::State::begin(const std::function<void(int thread)>& on_start) {
  for (int thread = 1; thread < threads; ++thread) {
    others.emplace_back([this, thread, on_start] { work(thread, on_start); });
  }
  const Lock lock(mutex);
  while (started < threads - 1) {
    ended.wait(mutex);
  }
  if (error) {
    std::rethrow_exception(std::exchange(error, nullptr));
  }
}

void Pool::State::announce_start(std::exception_ptr failure) {
  const Lock lock(mutex);
  ++started;
  if (failure) {
    error = std::move(failure);
  }
  ended.notify_one();
}

void Pool::State::work(int thread, const std::function<void(int thread)>& on_start) {
  std::exception_ptr failure;
  try {
    if (on_start) {
      on_start(thread);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  announce_start(std::move(failure));
  std::uint64_t seen = 0;
  Job job;
  while (enter_next(seen, job)) {
    perform(job, thread);
    leave();
  }
}

// Waits for a generation that this thread has not seen; false if the pool is stopping.
bool Pool::State::enter_next(std::uint64_t& seen, Job& job) {
  spin_until(kPolls, [&] { return generation.load(std::memory_order_relaxed) != seen; });
  const Lock lock(mutex);
  ++sleeping;
  while (!stopping && !(is_open && generation.load(std::memory_order_relaxed) != seen)) {
    changed.wait(mutex);
  }
  --sleeping;
  if (stopping) {
    return false;
  }
  seen = generation.load(std::memory_order_relaxed);
  job = current;
  inside.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Pool::State::leave() {
  const Lock lock(mutex);
  if (inside.fetch_sub(1, std::memory_order_relaxed) == 1 && !is_open) {
    ended.notify_one();
  }
}

void Pool::State::open(const Job& job) {
  bool wake = false;
  {
    const Lock lock(mutex);
    MURMUR_CHECK(!is_busy, "a pool runs one set of tasks at a time, not one from within another");
    is_busy = true;
    is_open = job.count > 1;  // a single task needs no other thread
    current = job;
    next_index.store(0, std::memory_order_relaxed);
    generation.fetch_add(1, std::memory_order_relaxed);
    wake = is_open && sleeping > 0;
  }
  if (wake) {
    changed.notify_all();
  }
}

// Closes the generation and waits for the threads inside; returns an exception thrown by a task, or
// null.
std::exception_ptr Pool::State::close() {
  {
    const Lock lock(mutex);
    is_open = false;
  }
  spin_until(kPolls, [&] { return inside.load(std::memory_order_relaxed) == 0; });
  const Lock lock(mutex);
  while (inside.load(std::memory_order_relaxed) > 0) {
    ended.wait(mutex);
  }
  is_busy = false;
  error_index = std::numeric_limits<std::size_t>::max();
  return std::exchange(error, nullptr);
}

void Pool::State::perform(const Job& job, int thread) {
  const FlushDenormals guard;
  std::size_t index = next_index.fetch_add(1, std::memory_order_relaxed);
  for (; index < job.count; index = next_index.fetch_add(1, std::memory_order_relaxed)) {
    try {
      (*job.task)(index, thread);
    } catch (...) {
      const Lock lock(mutex);
      if (index < error_index) {
        error_index = index;
        error = std::current_exception();
      }
    }
  }
}

Pool::Pool(int threads, const std::function<void(int thread)>& on_start) {
  MURMUR_CHECK(threads >= 1, "a pool of {} threads", threads);
  state_ = std::make_unique<State>(threads);
  state_->begin(on_start);
}

Pool::~Pool() = default;

int Pool::threads() const {
  return state_->threads;
}

void Pool::run(std::size_t count, const Task& task) {
  if (count == 0) {
    return;
  }
  const Job job{&task, count};
  state_->open(job);
  state_->perform(job, 0);
  if (std::exception_ptr error = state_->close()) {
    std::rethrow_exception(error);
  }
}

}  // namespace murmur::threads
