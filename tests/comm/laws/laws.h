// SPDX-License-Identifier: Apache-2.0
// What every transport keeps to. Every process of a world runs a law at the same time, with its own
// transport, and notes what it finds wrong; the world has two processes or more.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "murmur/comm/transport.h"

namespace murmur::comm {

class Findings {
 public:
  void expect(bool holds, const std::string& what) {
    if (!holds) {
      wrong_.push_back(what);
    }
  }
  void expect(const Status& status, const std::string& what) {
    expect(static_cast<bool>(status), status ? what : what + ": " + status.failure().message);
  }
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  std::vector<std::string> wrong_;
};

struct Law {
  std::string name;
  std::function<void(Transport&, Findings&)> check;
};

inline std::ostream& operator<<(std::ostream& out, const Law& law) {
  return out << law.name;
}

// The transport is as good afterwards, so one may follow the other.
std::vector<Law> laws_of_messages();
std::vector<Law> laws_of_notices();
// For transports with shared views.
std::vector<Law> laws_of_shared_views();
// Each ends every wait of its world.
std::vector<Law> laws_of_failure();

// Until all processes are here: behind every law, before the next one or the end.
void meet(Transport& transport, Findings& findings);
// The same after a failure, when only notices go. Once in a world.
void meet_by_notices(Transport& transport, Findings& findings);

}  // namespace murmur::comm
