// SPDX-License-Identifier: Apache-2.0
// What toml++'s headers leave to its library, compiled into libmurmur.so of the Python package.
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
