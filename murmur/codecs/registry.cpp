// SPDX-License-Identifier: Apache-2.0
// The only list of codecs.
#include "murmur/codecs/registry.h"

#include <algorithm>

#include "murmur/core/check.h"

namespace murmur::codecs {
namespace {

const std::vector<Registration>& registrations() {
  static const std::vector<Registration> kAll{
      none(), top_k(), rand_k(), qsgd(), sign(), ternary(), low_rank()};
  return kAll;
}

}  // namespace

const std::vector<CodecInfo>& codecs() {
  static const std::vector<CodecInfo> kInfos = [] {
    std::vector<CodecInfo> all;
    for (const Registration& registration : registrations()) {
      all.push_back(registration.info);
    }
    return all;
  }();
  return kInfos;
}

const CodecInfo* find_codec(std::string_view name) {
  const auto& all = codecs();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const CodecInfo& info) { return info.name == name; });
  return found == all.end() ? nullptr : &*found;
}

template <class S>
Coding<S> make_coding(const std::string& name, const OptionValues& options, Use use) {
  const auto& all = registrations();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Registration& entry) { return entry.info.name == name; });
  MURMUR_CHECK(found != all.end(), "codec '{}' is not in the table", name);
  return found->make.template get<S>()(options, use);
}

template Coding<float> make_coding(const std::string&, const OptionValues&, Use);
template Coding<double> make_coding(const std::string&, const OptionValues&, Use);

}  // namespace murmur::codecs
