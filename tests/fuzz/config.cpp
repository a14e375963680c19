// SPDX-License-Identifier: Apache-2.0
// Any text is either refused with its position, or is a configuration whose resolved form reads
// back as the same configuration.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/run/config/document.h"

namespace {

void read(std::string_view text, murmur::run::Purpose purpose) {
  std::string resolved;
  try {
    resolved = to_toml(read_config(murmur::run::parse_document(text, "input"), purpose));
  } catch (const murmur::UserError&) {
    return;
  }
  const auto again = read_config(murmur::run::parse_document(resolved, "resolved"), purpose);
  MURMUR_CHECK(to_toml(again) == resolved, "{}", resolved);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text, murmur::run::Purpose::kTrain);
  read(text, murmur::run::Purpose::kSolve);
  return 0;
}
