// SPDX-License-Identifier: Apache-2.0
// The stages of a program: what a round does, one after the other, each with exactly the members
// that it needs; stage.h says what they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "murmur/core/bound_kernel.h"
#include "murmur/core/field.h"
#include "murmur/core/stage.h"

namespace murmur {

template <class S>
struct GradientStage {
  BoundKernel<S> kernel;
  std::size_t at = 0;  // the field at which the gradient is taken
};
template <class S>
struct LocalStage {
  BoundKernel<S> kernel;
};
struct MixStage {
  std::vector<std::size_t> fields;  // of one message
};
struct PushStage {
  std::size_t numerator = 0;
};
struct SendStage {
  std::size_t numerator = 0;
  std::size_t into = 0;  // the field to which it is added where it arrives
  std::size_t slot = 0;  // which of the messages in flight
};
struct ArriveStage {
  std::size_t slot = 0;
};
struct AverageStage {
  std::size_t field = 0;
  std::size_t into = 0;
  int group = 0;  // over contiguous groups of so many workers; 0: over all
};
struct PublishStage {
  std::size_t difference = 0;  // encoded
  std::size_t copy = 0;        // to which it is added where it is decoded
};
struct MixPublicStage {
  std::size_t copy = 0;
  std::size_t into = 0;
};
struct CodedAverageStage {
  std::size_t field = 0;
  std::size_t into = 0;
  std::optional<std::size_t> decoded = {}, kept = {};  // kept: by the codec, if `decoded` is asked
};
struct TalkStage {
  std::string_view way;  // as the engine knows it
  std::vector<std::size_t> fields = {};
  bool over_graph = true;  // along the edges of the run's graph
};
// The buffers of the workers' models go where the models went in the stage before.
struct CarryStage {
  enum class How { kMix, kPush, kAverage };
  How how = How::kMix;
  std::size_t buffers = 0;
  std::size_t scratch = 0;  // of an average: a field with the same layout
  int group = 0;            // the same, as an average's
};
// The same with numerators in flight. Both stand before the stages that change the weights.
struct CarrySendStage {
  std::size_t buffers = 0;
  std::size_t weighted = 0, into = 0;  // scratch: weight x buffers, which travel; as of a SendStage
};
struct CarryArriveStage {
  struct Message {
    std::size_t from = 0, slot = 0;  // a CarrySendStage's field, a SendStage's slot
  };
  std::size_t buffers = 0;
  std::vector<Message> messages;
};
template <class S>
struct ReduceStage {
  Reducer<S> sum = nullptr;
  BoundKernel<S> kernel;  // without apply()
};
template <class S>
struct FilterReduceStage {
  BoundKernel<S> kernel;  // writes each coordinate's value into `into`, to be summed there
  std::size_t into = 0;
};
struct ResetStage {
  std::vector<std::size_t> fields;
};
struct ResetWeightsStage {
  int group = 0;  // as an average's
};
template <class S>
struct SequentialStage {
  BoundKernel<S> kernel;
};

template <class S>
struct Stage {
  using Variant = std::variant<LocalStage<S>,
                               GradientStage<S>,
                               MixStage,
                               PushStage,
                               SendStage,
                               ArriveStage,
                               AverageStage,
                               PublishStage,
                               MixPublicStage,
                               CodedAverageStage,
                               TalkStage,
                               CarryStage,
                               CarrySendStage,
                               CarryArriveStage,
                               ReduceStage<S>,
                               FilterReduceStage<S>,
                               ResetStage,
                               ResetWeightsStage,
                               SequentialStage<S>>;
  Variant what;
  std::function<bool(std::int64_t step)> due = {};  // empty: at every step
  bool due_at(std::int64_t step) const { return !due || due(step); }
  template <class T>
  bool is() const {
    return as<T>() != nullptr;
  }
  // Null: the stage is of another type.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&what);
  }
  const BoundKernel<S>* kernel() const;  // null: none
  BoundKernel<S>* kernel() { return const_cast<BoundKernel<S>*>(std::as_const(*this).kernel()); }
  // The fields that it looks at or changes; of an arrival those of its sending.
  FieldSet touched() const;
};

extern template struct Stage<float>;
extern template struct Stage<double>;

}  // namespace murmur
