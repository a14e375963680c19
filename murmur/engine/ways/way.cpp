// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/way.h"

#include "murmur/engine/ways/named.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {
namespace {

// A stage that talks is a line here.
template <class S>
struct Make {
  const WayParts<S>& parts;

  MadeWay<S> operator()(const MixStage& stage) const { return mixing(parts, stage); }
  MadeWay<S> operator()(const PushStage& stage) const { return pushing(parts, stage); }
  MadeWay<S> operator()(const SendStage& stage) const { return sending(parts, stage); }
  MadeWay<S> operator()(const ArriveStage& stage) const { return arriving(parts, stage); }
  MadeWay<S> operator()(const AverageStage& stage) const { return averaging(parts, stage); }
  MadeWay<S> operator()(const PublishStage& stage) const { return publishing(parts, stage); }
  MadeWay<S> operator()(const MixPublicStage& stage) const { return mixing_public(parts, stage); }
  MadeWay<S> operator()(const CodedAverageStage& stage) const {
    return coded_averaging(parts, stage);
  }
  MadeWay<S> operator()(const TalkStage& stage) const {
    return find_way(stage.way).make.template get<S>()(parts, stage);
  }
  MadeWay<S> operator()(const CarryStage& stage) const { return carrying(parts, stage); }
  MadeWay<S> operator()(const CarrySendStage& stage) const { return carry_sending(parts, stage); }
  MadeWay<S> operator()(const CarryArriveStage& stage) const {
    return carry_arriving(parts, stage);
  }
  MadeWay<S> operator()(const SequentialStage<S>& stage) const { return visiting(parts, stage); }
  template <class Other>
  MadeWay<S> operator()(const Other& /*stage*/) const {
    return nullptr;
  }
};

}  // namespace

template <class S>
std::unique_ptr<Way<S>> make_way(const WayParts<S>& parts, const Stage<S>& stage) {
  return std::visit(Make<S>{parts}, stage.what);
}

template std::unique_ptr<Way<float>> make_way(const WayParts<float>&, const Stage<float>&);
template std::unique_ptr<Way<double>> make_way(const WayParts<double>&, const Stage<double>&);

}  // namespace murmur::engine
