// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/html.h"

#include <algorithm>

namespace murmur::run {
namespace {

// Length of the UTF-8 sequence at the start of `text`, 0 if there is none. Checks the lead byte and
// the continuation bytes only: surrogates and overlong sequences of three or four bytes pass.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 0;
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead < 0xE0) {
    length = 2;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    length = 3;
  } else if (lead >= 0xF0 && lead < 0xF5) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  const bool continued = std::all_of(text.begin() + 1,
                                     text.begin() + static_cast<long>(length),
                                     [](char c) { return (c & 0xC0) == 0x80; });
  return continued ? length : 0;
}

std::string_view escaped_ascii(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    const bool control = length == 1 && static_cast<unsigned char>(text[i]) < 0x20 &&
                         text[i] != '\n' && text[i] != '\t';
    if (length == 0 || control || text[i] == 0x7F) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const std::string_view entity = escaped_ascii(text[i]);
    if (entity.empty()) {
      out += text.substr(i, length);
    } else {
      out += entity;
    }
    i += length;
  }
  return out;
}

std::size_t shown_length(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t most) {
  if (shown_length(text) <= most) {
    return std::string(text);
  }
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    if ((text[end] & 0xC0) != 0x80 && ++shown == most) {
      break;
    }
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace murmur::run
