// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/compiled/processor.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

namespace murmur::models {
namespace {

constexpr std::array<std::string_view, 7> kNames{"vendor_id",
                                                 "cpu family",
                                                 "model",
                                                 "model name",
                                                 "CPU implementer",
                                                 "CPU architecture",
                                                 "CPU part"};
constexpr std::array<std::string_view, 5> kInstructions{"avx", "amx", "fma", "bmi", "sve"};

bool is_of_vectors(std::string_view flag) {
  return std::ranges::any_of(kInstructions,
                             [&](std::string_view prefix) { return flag.starts_with(prefix); });
}

void append(std::string& text, std::string_view word) {
  text += text.empty() ? "" : " ";
  text += word;
}

}  // namespace

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string text;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const std::size_t colon = line.find(':');
    const std::size_t end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    if (colon == std::string::npos || end == std::string::npos) {
      continue;
    }
    const std::string name = line.substr(0, end + 1);
    std::istringstream words(line.substr(colon + 1));
    const bool is_list = name == "flags" || name == "Features";
    const bool is_named = std::ranges::find(kNames, name) != kNames.end();
    for (std::string word; words >> word;) {
      if (is_named || (is_list && is_of_vectors(word))) {
        append(text, word);
      }
    }
  }
  return text;
}

}  // namespace murmur::models
