// SPDX-License-Identifier: Apache-2.0
// Assertions that are active in every build. A violation is a bug of the program: it prints the
// values, the worker, the step and the seed, and aborts. Mistakes of the user are a UserError
// (error.h).
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace murmur {

// The position of this thread in a run; set by the engine, printed when an assertion fails.
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

// MURMUR_CHECK(a < b, "a = {}, b = {}", a, b). The prefix avoids a clash with torch's CHECK.
#define MURMUR_CHECK(condition, ...)                                                      \
  do {                                                                                    \
    if (!(condition)) [[unlikely]] {                                                      \
      ::murmur::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                     \
  } while (false)
