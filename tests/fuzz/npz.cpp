// SPDX-License-Identifier: Apache-2.0
// Any .npz file is either refused, or each of its arrays is refused or has as many bytes as its
// shape needs.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "murmur/core/check.h"
#include "murmur/files/array_file.h"
#include "murmur/files/descriptor.h"

namespace {

// A path with the ending .npz that leads to a file in memory.
std::filesystem::path path_to(const murmur::files::Descriptor& file) {
  std::string pattern = (std::filesystem::temp_directory_path() / "fuzz_npz_XXXXXX").string();
  MURMUR_CHECK(mkdtemp(pattern.data()) != nullptr, "no folder {}", pattern);
  const std::filesystem::path path = std::filesystem::path(pattern) / "input.npz";
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(file.number()), path);
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const murmur::files::Descriptor file(memfd_create("input", 0));
  MURMUR_CHECK(murmur::files::write_all(file, std::as_bytes(std::span(data, size))) == 0,
               "no memory");
  const std::filesystem::path path = path_to(file);
  const auto arrays = murmur::files::open_array_file(path);
  if (arrays) {
    for (const std::string& name : arrays.value()->names()) {
      const auto info = arrays.value()->find(name);
      if (info) {
        std::vector<std::byte> bytes(info.value().bytes);
        MURMUR_CHECK(
            murmur::files::array_bytes(info.value().dtype, info.value().shape) == bytes.size(),
            "{} bytes",
            bytes.size());
        static_cast<void>(arrays.value()->read(info.value(), bytes));
      }
    }
  }
  std::filesystem::remove_all(path.parent_path());
  return 0;
}
