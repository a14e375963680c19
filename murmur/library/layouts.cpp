// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/layouts.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace murmur::library {
namespace {

constexpr std::size_t kMostCoordinates = std::size_t{1} << 40U;  // of a row: 4 TB

void require_shape(const Parameter& parameter, const std::string& what) {
  std::size_t size = 1;
  for (const std::int64_t extent : parameter.shape) {
    if (extent < 1) {
      throw Error(fmt::format("the {} '{}' has the shape [{}]; every extent is 1 or more",
                              what,
                              parameter.name,
                              fmt::join(parameter.shape, ", ")));
    }
    if (static_cast<std::size_t>(extent) > kMostCoordinates / size) {
      throw Error(fmt::format("the {} '{}' has the shape [{}], which no memory holds",
                              what,
                              parameter.name,
                              fmt::join(parameter.shape, ", ")));
    }
    size *= static_cast<std::size_t>(extent);
  }
}

bool is_placed(const Parameter& parameter) {
  return parameter.offset != 0 || parameter.size != 0;
}

void require_place(const Parameter& given, const TensorSlot& slot, const std::string& what) {
  if (is_placed(given) && (given.offset != slot.offset || given.size != slot.size)) {
    throw Error(
        fmt::format("the {} '{}' has offset {} and size {}, and in a row it has {} and {}; leave "
                    "them out, or take those of murmur::placed()",
                    what,
                    given.name,
                    given.offset,
                    given.size,
                    slot.offset,
                    slot.size));
  }
}

}  // namespace

Layout layout_of(const std::vector<Parameter>& parameters,
                 std::size_t scalar_bytes,
                 const std::string& what) {
  Layout layout(scalar_bytes);
  std::set<std::string> names;
  for (const Parameter& parameter : parameters) {
    if (parameter.name.empty() || !names.insert(parameter.name).second) {
      throw Error(fmt::format("the {} number {} {}; every one has a name of its own",
                              what,
                              names.size(),
                              parameter.name.empty()
                                  ? std::string("has no name")
                                  : fmt::format("is '{}', as one before it", parameter.name)));
    }
    require_shape(parameter, what);
    layout.add(parameter.name, parameter.shape);
    require_place(parameter, layout.tensors().back(), what);
  }
  return layout;
}

CoordinateRange range_of(const Layout& layout, std::size_t tensor) {
  const auto tensors = layout.tensors();
  const bool last = tensor + 1 == tensors.size();
  return {tensors[tensor].offset, last ? layout.row_size() : tensors[tensor + 1].offset};
}

std::vector<Parameter> parameters_of(const Layout& layout) {
  std::vector<Parameter> all;
  for (const TensorSlot& slot : layout.tensors()) {
    all.push_back({slot.name, slot.shape, slot.offset, slot.size});
  }
  return all;
}

}  // namespace murmur::library
