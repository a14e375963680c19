// SPDX-License-Identifier: Apache-2.0
// Torch modules in the library: a module as a task (torch_task), a module on rows (ModuleRows), an
// optimizer for a loop of one's own over several processes (Decentralized).
// Header-only, compiled against the user's torch (1.13 to 2.15), which libmurmur.so does not know.
#pragma once

#include <murmur/torch/decentralized.h>
#include <murmur/torch/draws.h>
#include <murmur/torch/module_rows.h>
#include <murmur/torch/torch_task.h>
