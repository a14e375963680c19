// SPDX-License-Identifier: Apache-2.0
// While this lives, the calling thread takes numbers too small to be normal for zero. A momentum
// whose gradient has died out halves its way down to them and stays there, the softmax of a
// well-trained network makes many, and x86 processors need a hundred times longer for each. The
// setting before comes back at the end: to whom murmur is a library, nothing changes.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace murmur {

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
#else
class FlushDenormals {  // other processors take denormal numbers at full speed
 public:
  FlushDenormals() {}
  ~FlushDenormals() {}
};
#endif

}  // namespace murmur
