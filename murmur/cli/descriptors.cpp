// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/descriptors.h"

#include <cerrno>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace murmur::cli {

void open_closed_descriptors() {
  // In ascending order, because open() returns the lowest free descriptor.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
      static_cast<void>(open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

}  // namespace murmur::cli
