// SPDX-License-Identifier: Apache-2.0
// One function per way of talking, defined in the file named like it or like the first of them.
#pragma once

#include <memory>

#include "murmur/engine/ways/way.h"

namespace murmur::engine {

template <class S>
using MadeWay = std::unique_ptr<Way<S>>;

template <class S>
MadeWay<S> mixing(const WayParts<S>& parts, const MixStage& stage);
template <class S>
MadeWay<S> pushing(const WayParts<S>& parts, const PushStage& stage);
template <class S>
MadeWay<S> sending(const WayParts<S>& parts, const SendStage& stage);
template <class S>
MadeWay<S> arriving(const WayParts<S>& parts, const ArriveStage& stage);
template <class S>
MadeWay<S> averaging(const WayParts<S>& parts, const AverageStage& stage);
template <class S>
MadeWay<S> publishing(const WayParts<S>& parts, const PublishStage& stage);
template <class S>
MadeWay<S> mixing_public(const WayParts<S>& parts, const MixPublicStage& stage);
template <class S>
MadeWay<S> coded_averaging(const WayParts<S>& parts, const CodedAverageStage& stage);
template <class S>
MadeWay<S> carrying(const WayParts<S>& parts, const CarryStage& stage);
template <class S>
MadeWay<S> carry_sending(const WayParts<S>& parts, const CarrySendStage& stage);
template <class S>
MadeWay<S> carry_arriving(const WayParts<S>& parts, const CarryArriveStage& stage);
template <class S>
MadeWay<S> visiting(const WayParts<S>& parts, const SequentialStage<S>& stage);

// One per line of named.cpp, which algorithms ask for by talk(NAME, FIELDS...).
template <class S>
MadeWay<S> cross_gradients(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> second_gradient(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> signs(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> voting(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> relaying(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> shifting(const WayParts<S>& parts, const TalkStage& stage);
template <class S>
MadeWay<S> pairing(const WayParts<S>& parts, const TalkStage& stage);

}  // namespace murmur::engine
