// SPDX-License-Identifier: Apache-2.0
// Pages of 2 MiB for large memory that is accessed in large strides. With pages of 4 KiB, address
// translation dominates: a gradient of an MLP 784-128-10 in rows of 16 workers takes 128 us, of
// which huge pages save 22 (Xeon, AVX-512, virtual machine).
#pragma once

#include <cstddef>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace murmur {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20U;  // bytes

// A huge page if `bytes` fill at least two of them, else `least`.
constexpr std::size_t page_alignment(std::size_t bytes, std::size_t least) {
  return bytes >= 2 * kHugePage ? kHugePage : least;
}

// Asks for huge pages; the system may ignore it. To be called before the first access to the
// memory.
inline void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  if (page_alignment(bytes, 1) == kHugePage) {
    madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  }
#endif
}

// An allocator for standard containers.
template <class T>
struct HugePageAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): required by the standard

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* memory = ::operator new(bytes, alignment(bytes));
    prefer_huge_pages(memory, bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    ::operator delete(memory, alignment(count * sizeof(T)));
  }
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static std::align_val_t alignment(std::size_t bytes) {
    return static_cast<std::align_val_t>(page_alignment(bytes, alignof(std::max_align_t)));
  }
};

}  // namespace murmur
