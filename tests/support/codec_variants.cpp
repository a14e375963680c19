// SPDX-License-Identifier: Apache-2.0
#include "tests/support/codec_variants.h"

#include <algorithm>
#include <cctype>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace murmur::testing {
namespace {

using Settings = std::vector<std::pair<std::string, OptionValue>>;

struct Wanted {
  std::string codec;
  std::vector<Settings> settings;
};

const std::vector<Wanted>& wanted() {
  static const std::vector<Wanted> kWanted{
      {"none", {{}}},
      {"top-k", {{{"ratio", 0.1}}, {{"ratio", 0.3}}, {{"ratio", 1.0}}}},
      {"rand-k", {{{"ratio", 0.3}}, {{"ratio", 0.4}, {"scaled", true}}}},
      {"qsgd",
       {{},
        {{"levels", std::int64_t{1}}, {"bucket", std::int64_t{0}}},
        {{"levels", std::int64_t{16}}, {"bucket", std::int64_t{5}}, {"norm", std::string("max")}},
        {{"code", std::string("elias")}},
        {{"code", std::string("elias")},
         {"levels", std::int64_t{1}},
         {"bucket", std::int64_t{5}},
         {"norm", std::string("max")}}}},
      {"sign", {{}}},
      {"ternary", {{}, {{"clip", 0.0}}, {{"scale", std::string("deviation")}}}},
      {"low-rank",
       {{{"rank", std::int64_t{1}}},
        {{"rank", std::int64_t{2}}, {"warm_start", false}},
        {{"rank", std::int64_t{9}}}}},
  };
  return kWanted;
}

std::string text_of(const OptionValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) {
    return *text;
  }
  if (const auto* const flag = std::get_if<bool>(&value)) {
    return *flag ? "true" : "false";
  }
  const auto* const number = std::get_if<double>(&value);
  return number != nullptr ? fmt::format("{}", *number)
                           : fmt::format("{}", std::get<std::int64_t>(value));
}

}  // namespace

std::vector<CodecVariant> codec_variants() {
  std::vector<CodecVariant> all;
  for (const codecs::CodecInfo& codec : codecs::codecs()) {
    const auto found = std::find_if(wanted().begin(), wanted().end(), [&](const Wanted& entry) {
      return entry.codec == codec.name;
    });
    const std::vector<Settings> settings =
        found == wanted().end() ? std::vector<Settings>{{}} : found->settings;
    for (const Settings& setting : settings) {
      CodecVariant variant{codec.name, &codec, OptionValues(codec.options)};
      for (const auto& [name, value] : setting) {
        variant.options.set(name, value);
        variant.label += " " + name + "=" + text_of(value);
      }
      all.push_back(std::move(variant));
    }
  }
  return all;
}

std::string test_name_of(const CodecVariant& variant) {
  std::string name = variant.label;
  std::replace_if(
      name.begin(),
      name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; },
      '_');
  return name;
}

std::ostream& operator<<(std::ostream& out, const CodecVariant& variant) {
  return out << variant.label;
}

}  // namespace murmur::testing
