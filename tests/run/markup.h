// SPDX-License-Identifier: Apache-2.0
// Whether HTML or SVG is well-formed: every element that is opened is closed, in order.
#pragma once

#include <string>
#include <string_view>

namespace murmur::run {

// The first error, or nothing. Knows the void elements of HTML; style sheets are skipped.
std::string markup_error(std::string_view text);

int count(std::string_view text, std::string_view part);

}  // namespace murmur::run
