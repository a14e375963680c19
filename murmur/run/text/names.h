// SPDX-License-Identifier: Apache-2.0
// Suggestions for an unknown name: the name used here if other systems use the given one, otherwise
// the nearest known name. Distance: optimal string alignment, a restricted Damerau-Levenshtein
// distance (characters deleted, inserted, substituted, or swapped with the next one).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::run {

// Number of edits that turn one name into the other; a swap of adjacent characters is one edit.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest name in `known`, the first one on ties; empty only if `known` is empty.
std::string nearest_name(std::string_view given, const std::vector<std::string>& known);

// " (did you mean 'x'?)" or, if no name is near, " (the nearest is 'x')". Empty if `known` is
// empty.
std::string did_you_mean(std::string_view given, const std::vector<std::string>& known);

// "a, b, c".
std::string join_names(const std::vector<std::string>& names);

// The name used here for another system's name. Of a key in a table ("" is the top level), with its
// table if that is a different one ("outer.period"); of a value of a kind ("topology", "algorithm",
// ...).
std::optional<std::string> key_synonym(std::string_view table, std::string_view key);
std::optional<std::string> value_synonym(std::string_view kind, std::string_view value);

}  // namespace murmur::run
