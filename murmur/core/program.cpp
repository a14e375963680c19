// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/program.h"

#include <algorithm>

#include "murmur/core/check.h"

namespace murmur {
namespace {

FieldSet set_of(const std::vector<std::size_t>& fields) {
  FieldSet set = 0;
  for (const std::size_t f : fields) {
    set |= field_bit(f);
  }
  return set;
}

// The fields of a stage beside those of its kernel.
template <class S>
struct MessageFields {
  FieldSet operator()(const MixStage& stage) const { return set_of(stage.fields); }
  FieldSet operator()(const PushStage& stage) const { return field_bit(stage.numerator); }
  FieldSet operator()(const SendStage& stage) const {
    return field_bit(stage.numerator) | field_bit(stage.into);
  }
  FieldSet operator()(const AverageStage& stage) const {
    return field_bit(stage.field) | field_bit(stage.into);
  }
  FieldSet operator()(const PublishStage& stage) const {
    return field_bit(stage.difference) | field_bit(stage.copy);
  }
  FieldSet operator()(const MixPublicStage& stage) const {
    return field_bit(stage.copy) | field_bit(stage.into);
  }
  FieldSet operator()(const CodedAverageStage& stage) const {
    return field_bit(stage.field) | field_bit(stage.into) |
           (stage.decoded ? field_bit(*stage.decoded) : 0) |
           (stage.kept ? field_bit(*stage.kept) : 0);
  }
  FieldSet operator()(const TalkStage& stage) const { return set_of(stage.fields); }
  FieldSet operator()(const CarryStage& stage) const {
    const bool averages = stage.how == CarryStage::How::kAverage;
    return field_bit(stage.buffers) | (averages ? field_bit(stage.scratch) : 0);
  }
  FieldSet operator()(const CarrySendStage& stage) const {
    return field_bit(stage.buffers) | field_bit(stage.weighted) | field_bit(stage.into);
  }
  FieldSet operator()(const CarryArriveStage& stage) const {
    FieldSet fields = field_bit(stage.buffers);
    for (const CarryArriveStage::Message& message : stage.messages) {
      fields |= field_bit(message.from);
    }
    return fields;
  }
  FieldSet operator()(const FilterReduceStage<S>& stage) const { return field_bit(stage.into); }
  FieldSet operator()(const ResetStage& stage) const { return set_of(stage.fields); }
  template <class Other>
  FieldSet operator()(const Other& /*stage*/) const {
    return 0;
  }
};

}  // namespace

template <class S>
const BoundKernel<S>* Stage<S>::kernel() const {
  return std::visit(
      [](const auto& stage) -> const BoundKernel<S>* {
        if constexpr (requires { stage.kernel; }) {
          return &stage.kernel;
        } else {
          return nullptr;
        }
      },
      what);
}

template <class S>
FieldSet Stage<S>::touched() const {
  const BoundKernel<S>* const bound = kernel();
  return (bound == nullptr ? 0 : bound->touched()) | std::visit(MessageFields<S>{}, what);
}

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
void Program<S>::add_kept_factors() {
  for (Stage<S>& stage : round) {
    auto* const average = std::get_if<CodedAverageStage>(&stage.what);
    if (average != nullptr && average->decoded) {
      average->kept = add_field(kFactorsField);
    }
  }
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
    const auto* const talk = stage.template as<TalkStage>();
    return stage.template is<MixStage>() || stage.template is<PushStage>() ||
           stage.template is<SendStage>() || stage.template is<MixPublicStage>() ||
           (talk != nullptr && talk->over_graph);
  });
}

template <class S>
bool Program<S>::publishes() const {
  return std::any_of(round.begin(), round.end(), [](const Stage<S>& stage) {
    return stage.template is<PublishStage>();
  });
}

template <class S>
bool Program<S>::takes_codec() const {
  return publishes() || std::any_of(round.begin(), round.end(), [](const Stage<S>& stage) {
           return stage.template is<CodedAverageStage>();
         });
}

template <class S>
bool Program<S>::takes_factors() const {
  return std::any_of(round.begin(), round.end(), [](const Stage<S>& stage) {
    const auto* const average = stage.template as<CodedAverageStage>();
    return average != nullptr && average->decoded.has_value();
  });
}

template <class S>
std::vector<std::size_t> Program<S>::shared_writes(const BoundKernel<S>& kernel) const {
  std::vector<std::size_t> written;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].shared && (kernel.writes & field_bit(f)) != 0) {
      written.push_back(f);
    }
  }
  return written;
}

template <class S>
std::optional<std::size_t> Program<S>::numerator() const {
  for (const Stage<S>& stage : round) {
    if (const auto* push = stage.template as<PushStage>()) {
      return push->numerator;
    }
    if (const auto* send = stage.template as<SendStage>()) {
      return send->numerator;
    }
  }
  return std::nullopt;
}

template <class S>
std::optional<std::size_t> Program<S>::buffers() const {
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].layout == FieldLayout::kBuffers && fields[f].kind == FieldKind::kMemory) {
      return f;
    }
  }
  return std::nullopt;
}

template <class S>
std::size_t Program<S>::slots() const {
  std::size_t count = 0;
  for (const Stage<S>& stage : round) {
    if (const auto* send = stage.template as<SendStage>()) {
      count = std::max(count, send->slot + 1);
    }
  }
  return count;
}

template struct Stage<float>;
template struct Stage<double>;
template struct Program<float>;
template struct Program<double>;

}  // namespace murmur
