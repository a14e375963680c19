// SPDX-License-Identifier: Apache-2.0
// What to say to a name nobody knows: the name it has here if other systems use it, otherwise the
// nearest one (Damerau and Levenshtein: letters left out, put in, changed or swapped).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur::run {

// Letters to change to make one of the other; neighbours swapped count once.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, the first of equals; empty only where `known` is.
std::string nearest_name(std::string_view given, const std::vector<std::string>& known);

// " (did you mean 'x'?)" or, where nothing is near, " (the nearest is 'x')". Empty without `known`.
std::string did_you_mean(std::string_view given, const std::vector<std::string>& known);

// "a, b, c".
std::string join_names(const std::vector<std::string>& names);

// Our name for another system's: of a key in a table ("" is the top level), in full where it lives
// elsewhere ("outer.period"); of a value of a kind ("topology", "algorithm", ...).
std::optional<std::string> key_synonym(std::string_view table, std::string_view key);
std::optional<std::string> value_synonym(std::string_view kind, std::string_view value);

}  // namespace murmur::run
