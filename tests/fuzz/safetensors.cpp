// SPDX-License-Identifier: Apache-2.0
// Any file is either refused, or its tensors tile its data and can be read to the last byte.
#include "murmur/files/safetensors.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "murmur/core/check.h"

namespace {

using murmur::files::SafetensorsReader;
using murmur::files::TensorInfo;

template <class T>
void read_all(const SafetensorsReader& reader, const TensorInfo& tensor) {
  if (tensor.dtype == murmur::files::dtype_of<T>()) {
    std::vector<T> elements((tensor.end - tensor.begin) / sizeof(T));
    MURMUR_CHECK(static_cast<bool>(reader.read(tensor, 0, std::span<T>(elements))), "no elements");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const murmur::files::Descriptor file(memfd_create("input", 0));
  const std::span bytes(data, size);
  MURMUR_CHECK(murmur::files::write_all(file, std::as_bytes(bytes)) == 0, "no memory");
  const auto reader = SafetensorsReader::open("/proc/self/fd/" + std::to_string(file.number()));
  if (!reader) {
    return 0;
  }
  std::uint64_t reached = 0;
  for (const TensorInfo& tensor : reader.value().tensors()) {
    MURMUR_CHECK(tensor.begin == reached, "a hole at {}", reached);
    reached = tensor.end;
    read_all<float>(reader.value(), tensor);
    read_all<double>(reader.value(), tensor);
    read_all<std::int64_t>(reader.value(), tensor);
    read_all<std::uint8_t>(reader.value(), tensor);
  }
  MURMUR_CHECK(reached <= size, "{} of {} bytes", reached, size);
  return 0;
}
