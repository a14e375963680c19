// SPDX-License-Identifier: Apache-2.0
// A mutex, its lock and its condition, annotated so that clang's -Wthread-safety refuses code which
// touches a guarded member without the lock. The standard library's own are not annotated.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MURMUR_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define MURMUR_THREAD_SAFETY(attribute)
#endif
// The member is read and written only while that mutex is held.
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

// Holds a mutex from birth to the end of its scope.
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

// Waits may end without reason: the caller asks again, in a loop that the annotations can see.
class Condition {
 public:
  void wait(Mutex& mutex) MURMUR_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False once the time has come.
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
