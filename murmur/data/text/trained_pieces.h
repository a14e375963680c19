// SPDX-License-Identifier: Apache-2.0
// The vocabulary of a tokenizer "sentencepiece": that of a given file, or trained.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"
#include "murmur/data/text/vocabulary.h"

namespace murmur::data {

// Of data.vocabulary, else trained on the lines with data.vocabulary_size and data.pieces. Training
// takes seconds, so trained models are kept in `cache` (cache/unpacked_cache.h; empty: there is
// none), found by the lines and the settings. Failures as those of open_pieces(), train_pieces().
Result<Vocabulary> pieces_vocabulary(const OptionValues& options,
                                     std::span<const std::string_view> lines,
                                     const std::filesystem::path& cache);

}  // namespace murmur::data
