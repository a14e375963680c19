// SPDX-License-Identifier: Apache-2.0
// An MPI_Comm, without mpi.h.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

namespace murmur {
inline namespace v0_1 {

// Which processes belong together; of those a duplicate is used, so messages do not meet the
// program's own. None: all that the launcher started. From an MPI_Comm, its address, or an MPI_Comm
// as void*.
class Communicator {
 public:
  Communicator() = default;
  template <class Comm>
  requires(std::is_pointer_v<Comm> || std::is_integral_v<Comm>)
      Communicator(Comm communicator) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_integral_v<Comm>) {
      bits_ = static_cast<std::make_unsigned_t<Comm>>(communicator);
    } else if constexpr (std::is_pointer_v<std::remove_pointer_t<Comm>> ||
                         std::is_integral_v<std::remove_pointer_t<Comm>>) {
      bits_ = Communicator(*communicator).bits_;
    } else {
      bits_ = reinterpret_cast<std::uintptr_t>(communicator);
    }
  }

  // The pointer or the integer that it is.
  std::optional<std::uintptr_t> bits() const { return bits_; }

 private:
  std::optional<std::uintptr_t> bits_;
};

}  // namespace v0_1
}  // namespace murmur
