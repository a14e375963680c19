// SPDX-License-Identifier: Apache-2.0
// Escapes text for HTML and SVG, for elements and for quoted attributes. Every string from a file
// or a user passes through escape_html() before it is written to a report.
#pragma once

#include <string>
#include <string_view>

namespace murmur::run {

// Bytes that are not UTF-8, and control characters except newline and tab, become U+FFFD.
std::string escape_html(std::string_view text);

// Number of characters of a text: code points of well-formed UTF-8.
std::size_t shown_length(std::string_view text);

// `text` cut to at most `most` characters. If any were cut, the last one is an ellipsis.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace murmur::run
