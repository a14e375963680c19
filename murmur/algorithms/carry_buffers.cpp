// SPDX-License-Identifier: Apache-2.0
#include "murmur/algorithms/carry_buffers.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace murmur::algorithms {
namespace {

using How = CarryStage::How;

template <class S>
bool is_model(const Program<S>& program, std::size_t field) {
  return field == 0 || program.numerator() == field;
}

// What has to follow a stage, if it moves models: how, and over which groups.
template <class S>
std::optional<std::pair<How, int>> follower(const Program<S>& program, const Stage<S>& stage) {
  if (const auto* const mix = stage.template as<MixStage>()) {
    const bool mixes_model = std::any_of(mix->fields.begin(), mix->fields.end(), [&](auto field) {
      return is_model(program, field);
    });
    return mixes_model ? std::optional(std::pair(How::kMix, 0)) : std::nullopt;
  }
  const auto* const talk = stage.template as<TalkStage>();
  if (talk != nullptr && is_model(program, talk->fields.front())) {
    return std::pair(How::kMix, 0);
  }
  if (stage.template is<PushStage>()) {
    return std::pair(How::kPush, 0);
  }
  if (stage.template is<CodedAverageStage>() && program.keeps_one_model()) {
    return std::pair(How::kAverage, 0);
  }
  if (const auto* const average = stage.template as<AverageStage>()) {
    if (program.keeps_one_model() || is_model(program, average->field)) {
      return std::pair(How::kAverage, average->group);
    }
  }
  return std::nullopt;
}

}  // namespace

template <class S>
Status carry_buffers(Program<S>& program) {
  for (const Stage<S>& stage : program.round) {
    if (stage.template is<SendStage>() || stage.template is<PublishStage>() ||
        stage.template is<SequentialStage<S>>()) {
      return Failure{FailureKind::kInvalid,
                     "buffers do not follow models that are in flight between steps, that are "
                     "public copies, or that visit a center one after the other"};
    }
  }
  const std::size_t buffers = program.add_field(kBuffersField);
  const std::size_t scratch = program.add_field(kBuffersMeanField);
  std::vector<Stage<S>> round;
  std::size_t event_stages = program.event_stages;
  for (std::size_t k = 0; k < program.round.size(); ++k) {
    round.push_back(program.round[k]);
    if (const auto how = follower(program, program.round[k])) {
      round.push_back({.what = CarryStage{how->first, buffers, scratch, how->second},
                       .due = program.round[k].due});
      event_stages += k < program.event_stages ? 1 : 0;
    }
  }
  program.round = std::move(round);
  program.event_stages = event_stages;
  return Ok{};
}

template Status carry_buffers(Program<float>&);
template Status carry_buffers(Program<double>&);

}  // namespace murmur::algorithms
