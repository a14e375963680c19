// SPDX-License-Identifier: Apache-2.0
// A mutex, a lock and a condition variable with annotations for clang's -Wthread-safety, which
// rejects access to a guarded member without the lock. Those of the standard library have none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MURMUR_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define MURMUR_THREAD_SAFETY(attribute)
#endif
// The member is accessed only while that mutex is held.
#define MURMUR_GUARDED_BY(mutex) MURMUR_THREAD_SAFETY(guarded_by(mutex))
// The function is called only while that mutex is held.
#define MURMUR_REQUIRES(mutex) MURMUR_THREAD_SAFETY(requires_capability(mutex))

namespace murmur {

class MURMUR_THREAD_SAFETY(capability("mutex")) Mutex {
 public:
  void lock() MURMUR_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() MURMUR_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

// Holds a mutex during its lifetime.
class MURMUR_THREAD_SAFETY(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) MURMUR_THREAD_SAFETY(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() MURMUR_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may return spuriously: the caller tests its condition in a loop, where the annotations are
// checked.
class Condition {
 public:
  void wait(Mutex& mutex) MURMUR_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False if `limit` has passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point limit)
      MURMUR_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_until(lock, limit);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace murmur
