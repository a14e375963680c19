// SPDX-License-Identifier: Apache-2.0
// Any text is either refused, or is a manifest whose files hold every worker once, have plain
// names, and are the same after writing and reading back. The digest is corrected first, so that
// the checks after it are reached.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "murmur/checkpoint/manifest.h"
#include "murmur/core/check.h"
#include "murmur/files/digest.h"

namespace {

using Json = nlohmann::json;

void examine(std::string_view text) {
  const auto manifest = murmur::checkpoint::parse_manifest(text);
  if (!manifest) {
    return;
  }
  int next = 0;
  for (const murmur::checkpoint::CheckpointFile& file : manifest.value().files) {
    MURMUR_CHECK(file.workers.begin == next, "worker {} is left out", next);
    MURMUR_CHECK(file.name.find('/') == std::string::npos, "{} leads elsewhere", file.name);
    next = file.workers.end;
  }
  MURMUR_CHECK(next == manifest.value().workers, "{} workers", next);
  const std::string written = to_text(manifest.value());
  const auto again = murmur::checkpoint::parse_manifest(written);
  MURMUR_CHECK(static_cast<bool>(again), "{}", written);
  MURMUR_CHECK(to_text(again.value()) == written, "{}", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  examine(text);
  constexpr int kMostDepth = 6;
  const auto shallow = [](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    return depth <= kMostDepth;
  };
  Json json = Json::parse(text, shallow, false);
  if (json.is_object()) {
    json.erase("digest");
    json["digest"] = murmur::files::to_hex(murmur::files::digest_of(json.dump()));
    examine(json.dump());
  }
  return 0;
}
