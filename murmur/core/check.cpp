// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "murmur/core/host_program.h"

namespace murmur {
namespace {

std::atomic<CheckAction> g_action = CheckAction::kAbort;

}  // namespace

void set_check_action(CheckAction action) {
  g_action = action;
}

CheckContext& check_context() {
  thread_local CheckContext context;
  return context;
}

void check_failed(const char* file, int line, const char* condition, const std::string& message) {
  const CheckContext& context = check_context();
  const std::string text =
      fmt::format("murmur: internal error at {}:{}: {} is false: {} (worker {}, step {}, seed {})",
                  file,
                  line,
                  condition,
                  message,
                  context.worker,
                  context.step,
                  context.seed);
  if (g_action == CheckAction::kThrow) {
    throw FailedCheck(text);
  }
  fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
  std::abort();
}

}  // namespace murmur
