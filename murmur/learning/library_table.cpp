// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/library_table.h"

#include "murmur/learning/libraries.h"

extern "C" [[gnu::visibility("default")]] const murmur::learning::LibraryTable*
murmur_learning_table() {
  static constexpr murmur::learning::LibraryTable kTable{
      .torch_version = murmur::learning::torch_version,
      .matmul_library = murmur::learning::matmul_library,
      .make_supervised = {murmur::learning::make_supervised<float>,
                          murmur::learning::make_supervised<double>}};
  return &kTable;
}
