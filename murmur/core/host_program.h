// SPDX-License-Identifier: Apache-2.0
// The process that this code works in may be a program of somebody else, who has linked it as a
// library. It is left as it was: its floating-point mode is put back, and a bug of this code does
// not end it.
#pragma once

#include <stdexcept>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace murmur {

// What a failed check (core/check.h) does in this process. The program murmur prints it and aborts;
// in a host program it throws. kAbort until it is set. Threads: any.
enum class CheckAction { kAbort, kThrow };
void set_check_action(CheckAction action);

// A violated assertion: a bug of this code, not of its user. The message is what the program would
// print.
class FailedCheck : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// How a thread computes with floating-point numbers: its rounding, what happens to denormal
// numbers, which exceptions trap. A host program has a mode, the engine has one, and each gets its
// own while the other one works.
class FloatMode {
 public:
  // Of the calling thread.
  static FloatMode current() { return FloatMode(read()); }
  // Rounds to nearest, flushes denormal numbers to zero, traps nothing.
  static FloatMode of_engine() {
    constexpr unsigned kDefault = 0x1f80;
    constexpr unsigned kFlushToZero = 0x8000;
    constexpr unsigned kDenormalsAreZero = 0x0040;
    return FloatMode(kDefault | kFlushToZero | kDenormalsAreZero);
  }

  // To the calling thread.
  void apply() const { write(bits_); }

 private:
#if defined(__SSE2__)
  static unsigned read() {
    return _mm_getcsr();
  }
  static void write(unsigned bits) {
    _mm_setcsr(bits);
  }
#else  // other processors compute with denormal numbers at full speed
  static unsigned read() {
    return 0;
  }
  static void write(unsigned /*bits*/) {}
#endif
  explicit FloatMode(unsigned bits) : bits_(bits) {}

  unsigned bits_;
};

// During its lifetime the calling thread has that mode, and then the one that it had before.
class WithFloatMode {
 public:
  explicit WithFloatMode(FloatMode mode) : before_(FloatMode::current()) { mode.apply(); }
  WithFloatMode(const WithFloatMode&) = delete;
  WithFloatMode& operator=(const WithFloatMode&) = delete;
  ~WithFloatMode() { before_.apply(); }

 private:
  FloatMode before_;
};

// During its lifetime, the calling thread computes in the engine's mode. A momentum without
// gradients decays into the denormal range and stays there, the softmax of a well-trained network
// produces many, and x86 processors need a hundred times longer for each.
class FlushDenormals {
 public:
  FlushDenormals() : mode_(FloatMode::of_engine()) {}
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
  ~FlushDenormals() = default;

 private:
  WithFloatMode mode_;
};

}  // namespace murmur
