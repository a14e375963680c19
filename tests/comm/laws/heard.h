// SPDX-License-Identifier: Apache-2.0
// Listens to a transport, and keeps what is heard.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "murmur/comm/transport.h"

namespace murmur::comm {

class Heard {
 public:
  // `also`: what a listener does beside that.
  explicit Heard(Transport& transport, const NoticeHandler& also = {}) : transport_(transport) {
    transport.on_notice([this, also](int from, const Notice& notice) {
      if (also) {
        also(from, notice);
      }
      {
        const std::scoped_lock lock(mutex_);
        all_.emplace_back(from, notice);
      }
      changed_.notify_all();
    });
  }
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;
  ~Heard() { transport_.on_notice({}); }

  // Until so many have come. False: they have not, in a minute.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return all_.size() >= count; });
  }
  std::vector<std::pair<int, Notice>> all() const {
    const std::scoped_lock lock(mutex_);
    return all_;
  }

 private:
  Transport& transport_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<int, Notice>> all_;
};

}  // namespace murmur::comm
