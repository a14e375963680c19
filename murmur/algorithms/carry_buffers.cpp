// SPDX-License-Identifier: Apache-2.0
#include "murmur/algorithms/carry_buffers.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "murmur/algorithms/in_flight.h"
#include "murmur/core/check.h"

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
  if (talk != nullptr && talk->over_graph && is_model(program, talk->fields.front())) {
    return std::pair(How::kMix, 0);
  }
  if (talk != nullptr && program.keeps_one_model()) {
    return std::pair(How::kAverage, 0);
  }
  if (stage.template is<PushStage>()) {
    return std::pair(How::kPush, 0);
  }
  if (stage.template is<CodedAverageStage>()) {  // of gradients, or of ways from an anchor
    return std::pair(How::kAverage, 0);
  }
  if (const auto* const average = stage.template as<AverageStage>()) {
    if (program.keeps_one_model() || is_model(program, average->field)) {
      return std::pair(How::kAverage, average->group);
    }
  }
  return std::nullopt;
}

// Appends the stages of a program with those that carry its buffers.
template <class S>
class Carrier {
 public:
  explicit Carrier(Program<S>& program)
      : program_(program),
        numerator_(program.numerator()),
        buffers_(program.add_field(kBuffersField)),
        scratch_(program.add_field(kBuffersMeanField)) {}

  void carry() {
    const std::vector<Stage<S>> before = std::exchange(program_.round, {});
    std::size_t event_stages = program_.event_stages;
    add_slots(before);
    for (std::size_t k = 0; k < before.size(); ++k) {
      const std::size_t first = program_.round.size();
      precede(before[k]);
      program_.round.push_back(before[k]);
      if (const auto how = follower(program_, before[k])) {
        add(before[k], CarryStage{how->first, buffers_, scratch_, how->second});
      }
      event_stages += k < program_.event_stages ? program_.round.size() - first - 1 : 0;
    }
    program_.event_stages = event_stages;
  }

 private:
  template <class Carried>
  void add(const Stage<S>& beside, Carried carried) {
    program_.round.push_back({.what = std::move(carried), .due = beside.due});
  }

  void add_slots(const std::vector<Stage<S>>& round) {
    for (const Stage<S>& stage : round) {
      if (const auto* const send = stage.template as<SendStage>()) {
        MURMUR_CHECK(send->slot == in_flight_.size(), "slot {} is not the next", send->slot);
        in_flight_.push_back(
            {program_.add_field(
                 memory(kBuffersInFlightNames.at(send->slot)).in(FieldLayout::kBuffers)),
             send->slot});
      }
    }
  }

  // What arrives or leaves before the weights change. An average of the numerators takes in all
  // that is in flight.
  void precede(const Stage<S>& stage) {
    if (const auto* const send = stage.template as<SendStage>()) {
      add(stage, CarrySendStage{buffers_, scratch_, in_flight_[send->slot].from});
    } else if (const auto* const arrive = stage.template as<ArriveStage>()) {
      add(stage, CarryArriveStage{buffers_, {in_flight_[arrive->slot]}});
    } else if (const auto* const average = stage.template as<AverageStage>()) {
      if (!in_flight_.empty() && average->field == numerator_ && average->group == 0) {
        add(stage, CarryArriveStage{buffers_, in_flight_});
      }
    }
  }

  Program<S>& program_;
  std::optional<std::size_t> numerator_;
  std::size_t buffers_;
  std::size_t scratch_;
  std::vector<CarryArriveStage::Message> in_flight_;  // by slot
};

}  // namespace

template <class S>
Status carry_buffers(Program<S>& program) {
  for (const Stage<S>& stage : program.round) {
    const auto* const talk = stage.template as<TalkStage>();
    if (talk != nullptr && !talk->over_graph && is_model(program, talk->fields.front())) {
      return Failure{FailureKind::kInvalid,
                     "buffers do not follow models that travel on no graph of the run"};
    }
    if (stage.template is<PublishStage>() || stage.template is<SequentialStage<S>>()) {
      return Failure{FailureKind::kInvalid,
                     "buffers do not follow models that are public copies, or that visit a center "
                     "one after the other"};
    }
  }
  Carrier<S>(program).carry();
  return Ok{};
}

template Status carry_buffers(Program<float>&);
template Status carry_buffers(Program<double>&);

}  // namespace murmur::algorithms
