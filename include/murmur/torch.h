// SPDX-License-Identifier: Apache-2.0
// Torch modules in the library. Header-only, compiled against the user's torch (1.13 to 2.15), which
// libmurmur.so does not know.
#pragma once

#include <murmur/torch/module_rows.h>
