// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/host_name.h"

#include <array>

#include <unistd.h>

namespace murmur::run {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace murmur::run
