// SPDX-License-Identifier: Apache-2.0
// Contracts that stay on in every build. A broken one is our bug: the values, the worker, the step
// and the seed are printed and the process aborts. What a user did wrong is a UserError (error.h).
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace murmur {

// Where this thread is in a run; set by the engine, printed when a contract breaks.
struct CheckContext {
  std::int64_t worker = -1;
  std::int64_t step = -1;
  std::uint64_t seed = 0;
};

CheckContext& check_context();

[[noreturn]] void check_failed(const char* file,
                               int line,
                               const char* condition,
                               const std::string& message);

}  // namespace murmur

// MURMUR_CHECK(a < b, "a = {}, b = {}", a, b). The prefix keeps it apart from torch's CHECK.
#define MURMUR_CHECK(condition, ...)                                                      \
  do {                                                                                    \
    if (!(condition)) [[unlikely]] {                                                      \
      ::murmur::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                     \
  } while (false)
