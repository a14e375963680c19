// SPDX-License-Identifier: Apache-2.0
// While this lives, the calling thread takes numbers too small to be normal for zero. The softmax
// of a well-trained network makes many of them, and x86 processors need a hundred times longer for
// each. The setting before comes back at the end, so that nothing else depends on which thread did
// what.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace murmur::learning {

#if defined(__SSE2__)
class FlushDenormals {
 public:
  FlushDenormals() : before_(_mm_getcsr()) {
    constexpr unsigned kFlushToZero = 0x8000;
    constexpr unsigned kDenormalsAreZero = 0x0040;
    _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero);
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
};

// While this lives, the thread computes as the library's users do, whatever was set before.
class KeepDenormals {
 public:
  KeepDenormals() : before_(_mm_getcsr()) {
    constexpr unsigned kFlushToZero = 0x8000;
    constexpr unsigned kDenormalsAreZero = 0x0040;
    _mm_setcsr(before_ & ~(kFlushToZero | kDenormalsAreZero));
  }
  KeepDenormals(const KeepDenormals&) = delete;
  KeepDenormals& operator=(const KeepDenormals&) = delete;
  ~KeepDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
};
#else
class FlushDenormals {  // other processors take denormal numbers at full speed
 public:
  FlushDenormals() {}
  ~FlushDenormals() {}
};
class KeepDenormals {
 public:
  KeepDenormals() {}
  ~KeepDenormals() {}
};
#endif

}  // namespace murmur::learning
