// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace murmur {

CheckContext& check_context() {
  thread_local CheckContext context;
  return context;
}

void check_failed(const char* file, int line, const char* condition, const std::string& message) {
  const CheckContext& context = check_context();
  fmt::print(stderr,
             "murmur: internal error at {}:{}: {} is false: {} (worker {}, step {}, seed {})\n",
             file,
             line,
             condition,
             message,
             context.worker,
             context.step,
             context.seed);
  std::fflush(stderr);
  std::abort();
}

}  // namespace murmur
