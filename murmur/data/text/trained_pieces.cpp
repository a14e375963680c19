// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/trained_pieces.h"

#include <string>

#include <fmt/format.h>
#include <xxhash.h>

#include "murmur/data/bytes.h"
#include "murmur/data/cache/unpacked_cache.h"
#include "murmur/data/text/pieces.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::int64_t kUsualSize = 8000;

std::filesystem::path entry_of(std::span<const std::string_view> lines,
                               const PieceSettings& settings,
                               const std::filesystem::path& cache) {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  std::size_t bytes = 0;
  for (const std::string_view line : lines) {
    XXH3_64bits_update(state, line.data(), line.size());
    XXH3_64bits_update(state, "\n", 1);
    bytes += line.size() + 1;
  }
  const std::uint64_t digest = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return cache /
         fmt::format(
             "pieces-{}-{}-{:016x}-{:x}", settings.kind, settings.vocabulary_size, digest, bytes);
}

}  // namespace

Result<Vocabulary> pieces_vocabulary(const OptionValues& options,
                                     std::span<const std::string_view> lines,
                                     const std::filesystem::path& cache) {
  if (const std::string& path = options.text("vocabulary"); !path.empty()) {
    const Result<Bytes> content = read_bytes(path);
    return content ? Vocabulary::read("sentencepiece", as_text(content.value()), path)
                   : content.failure();
  }
  const std::int64_t size = options.integer("vocabulary_size");
  const PieceSettings settings{.vocabulary_size = size == 0 ? kUsualSize : size,
                               .kind = options.text("pieces")};
  const std::string name = "the trained vocabulary";
  const std::filesystem::path entry = cache.empty() ? cache : entry_of(lines, settings, cache);
  if (!entry.empty()) {
    if (const auto kept = read_cache_entry(entry, kMaxFileBytes)) {
      return Vocabulary::read("sentencepiece", as_text(*kept), name);
    }
  }
  const Result<std::string> model = train_pieces(lines, settings);
  if (!model) {
    return model.failure();
  }
  if (!entry.empty()) {
    write_cache_entry(
        entry, {reinterpret_cast<const std::uint8_t*>(model.value().data()), model.value().size()});
  }
  return Vocabulary::read("sentencepiece", model.value(), name);
}

}  // namespace murmur::data
