// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/version.h"

#include <murmur/version.h>

namespace murmur {
inline namespace v0_1 {

std::string_view version() {
  return run::version();
}

}  // namespace v0_1
}  // namespace murmur
