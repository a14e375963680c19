// SPDX-License-Identifier: Apache-2.0
// Rows as arrays: one per tensor, which numpy.asarray and torch.from_dlpack take without a copy.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <murmur/task.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace murmur::python {

namespace nb = nanobind;

// What Python gives and gets: (name, shape).
using Named = std::pair<std::string, std::vector<std::int64_t>>;

inline std::vector<Parameter> parameters_of(const std::vector<Named>& named) {
  std::vector<Parameter> parameters;
  for (const Named& each : named) {
    parameters.push_back({.name = each.first, .shape = each.second});
  }
  return parameters;
}

inline std::vector<Named> named_of(const std::vector<Parameter>& parameters) {
  std::vector<Named> named;
  for (const Parameter& each : parameters) {
    named.emplace_back(each.name, each.shape);
  }
  return named;
}

// The tensors of a row. `owner` is kept alive by each of them.
template <class S>
nb::list views_of(S* row, const std::vector<Parameter>& places, nb::handle owner) {
  nb::list views;
  for (const Parameter& place : places) {
    const std::vector<std::size_t> shape(place.shape.begin(), place.shape.end());
    views.append(nb::cast(nb::ndarray<S, nb::array_api, nb::device::cpu, nb::c_contig>(
        row + place.offset, shape.size(), shape.data(), owner)));
  }
  return views;
}

}  // namespace murmur::python
