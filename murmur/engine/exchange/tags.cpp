// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/tags.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "murmur/comm/exchange.h"
#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

constexpr std::uint64_t kKinds = 4;
constexpr std::uint64_t kPlaces = 255;  // that plain messages distinguish
constexpr std::uint64_t kMostCalls = 64;

}  // namespace

Result<Tags> Tags::make(comm::Tag largest, std::size_t messages) {
  Tags tags;
  tags.messages_ = std::max<std::size_t>(messages, kPlaces + 1);
  const auto all = static_cast<std::uint64_t>(largest) + 1;
  const std::uint64_t usable = all - std::min<std::uint64_t>(all, comm::kTagsOfTexts);
  const std::uint64_t calls = usable / (kKinds * tags.messages_);
  if (calls < 2) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} messages from process to process need tags up to {}, MPI has "
                               "them up to {}",
                               messages,
                               comm::kTagsOfTexts + 2 * kKinds * tags.messages_ - 1,
                               largest)};
  }
  tags.calls_ = std::min(kMostCalls, calls / 2 * 2);
  return tags;
}

comm::Tag Tags::of(TagKind kind, comm::Tag call, std::size_t index) const {
  MURMUR_CHECK(index < messages_, "message {} of {}", index, messages_);
  const std::uint64_t of_call = index * calls_ + static_cast<std::uint64_t>(call);
  return comm::kTagsOfTexts +
         static_cast<comm::Tag>(of_call * kKinds + static_cast<std::uint64_t>(kind));
}

comm::Tag Tags::of_place(comm::Tag call, const CallSite& place) const {
  auto hash = static_cast<std::uint64_t>(place.line);
  for (const char letter : std::string_view(place.file)) {
    hash = hash * 31 + static_cast<unsigned char>(letter);
  }
  return of(TagKind::kPlain, call, static_cast<std::size_t>(1 + hash % kPlaces));
}

}  // namespace murmur::engine
