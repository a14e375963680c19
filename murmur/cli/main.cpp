// SPDX-License-Identifier: Apache-2.0
// The program: all of it is in libmurmur.so.
#include <murmur/program.h>

int main(int argc, char** argv) {
  return murmur::program(argc, argv);
}
