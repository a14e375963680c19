// SPDX-License-Identifier: Apache-2.0
#include "tests/run/markup.h"

#include <vector>

namespace murmur::run {

std::string markup_error(std::string_view text) {
  std::vector<std::string> open;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) {
      return "a '<' without a '>'";
    }
    const std::string_view tag = text.substr(at + 1, end - at - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" \n/", 1)));
    at = end;
    if (name == "!DOCTYPE" || name == "meta" || tag.ends_with('/')) {
      continue;
    }
    if (!tag.starts_with('/')) {
      open.push_back(name);
      if (name == "style") {
        at = text.find("</style>", at);
      }
      continue;
    }
    if (open.empty() || "/" + open.back() != tag) {
      return "<" + std::string(tag) + "> closes " + (open.empty() ? "nothing" : open.back());
    }
    open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace murmur::run
