// SPDX-License-Identifier: Apache-2.0
// What libmurmur_learning.so gives to the program. Torch takes 0.2 s and 110 MB to start, so the
// program is not linked to it: on_demand.cpp stands in for this folder there and loads the library
// when something of it is asked for. Both sides are built together, by one compiler.
#pragma once

#include <memory>
#include <string>
#include <tuple>

#include "murmur/core/error.h"
#include "murmur/learning/supervised.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

template <class S>
using MakeSupervised = Result<std::unique_ptr<problems::Problem<S>>> (*)(const SupervisedSettings&);

struct LibraryTable {
  std::string (*torch_version)() = nullptr;
  Result<std::string> (*matmul_library)(const std::string& wish) = nullptr;
  std::tuple<MakeSupervised<float>, MakeSupervised<double>> make_supervised;
};

// The only symbol that the library exports.
inline constexpr const char* kLibraryTableSymbol = "murmur_learning_table";
using LibraryTableFunction = const LibraryTable* (*)();

}  // namespace murmur::learning
