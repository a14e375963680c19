// SPDX-License-Identifier: Apache-2.0
// Text as it may stand in HTML and SVG, in an element and in a quoted attribute. Everything that a
// file or a user wrote passes through here on its way into a report.
#pragma once

#include <string>
#include <string_view>

namespace murmur::run {

// Bytes that are not UTF-8 and control characters become U+FFFD.
std::string escape_html(std::string_view text);

// How many characters a text shows (code points of well-formed UTF-8).
std::size_t shown_length(std::string_view text);

// At most `most` characters, an ellipsis as the last one where some were cut.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace murmur::run
