// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/program.h"

#include <algorithm>

#include "murmur/core/check.h"

namespace murmur {

template <class S>
std::size_t Program<S>::add_field(const Field& field) {
  MURMUR_CHECK(fields.size() < kMostFields,
               "{}: no room for '{}', a program has at most {} fields",
               name,
               field.name,
               kMostFields);
  fields.push_back(field);
  return fields.size() - 1;
}

template <class S>
std::size_t Program<S>::index_of(std::string_view field) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == field; });
  MURMUR_CHECK(found != fields.end(), "{} has no field '{}'", name, field);
  return static_cast<std::size_t>(found - fields.begin());
}

template <class S>
bool Program<S>::mixes() const {
  return std::any_of(round.begin(), round.end(), [](const Stage<S>& stage) {
    return stage.kind == StageKind::kMix || stage.kind == StageKind::kPush ||
           stage.kind == StageKind::kSend;
  });
}

template <class S>
std::optional<std::size_t> Program<S>::numerator() const {
  for (const Stage<S>& stage : round) {
    if (stage.kind == StageKind::kPush || stage.kind == StageKind::kSend) {
      return stage.fields.front();
    }
  }
  return std::nullopt;
}

template <class S>
std::size_t Program<S>::slots() const {
  std::size_t count = 0;
  for (const Stage<S>& stage : round) {
    if (stage.kind == StageKind::kSend) {
      count = std::max(count, stage.slot + 1);
    }
  }
  return count;
}

template struct Program<float>;
template struct Program<double>;

}  // namespace murmur
