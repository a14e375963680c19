// SPDX-License-Identifier: Apache-2.0
// Any bytes are either refused, or are whole records whose labels are valid classes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/data/images/cifar_binary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  murmur::data::CifarRecords records;
  if (murmur::data::append_cifar(std::span(data, size), "input", {.classes = {10}}, records)) {
    const murmur::data::Examples examples = murmur::data::examples_of(std::move(records));
    const auto labels = examples.labels();
    MURMUR_CHECK(examples.count() == std::ssize(labels), "{} images", examples.count());
    MURMUR_CHECK(std::ranges::max(labels) < 10, "a label is no class");
  }
  return 0;
}
