// SPDX-License-Identifier: Apache-2.0
// During its lifetime, the calling thread treats denormal numbers as zero. A momentum without
// gradients decays into the denormal range and stays there, the softmax of a well-trained network
// produces many, and x86 processors need a hundred times longer for each. The destructor restores
// the previous setting, so a program that uses murmur as a library is not affected.
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
class FlushDenormals {  // other processors compute with denormal numbers at full speed
 public:
  FlushDenormals() {}
  ~FlushDenormals() {}
};
#endif

}  // namespace murmur
