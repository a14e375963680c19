// SPDX-License-Identifier: Apache-2.0
// Messages that stay under way between rounds, seen from outside of the ways that send them.
#pragma once

#include "murmur/engine/ways/way.h"

namespace murmur::engine {

// Takes in one message of every worker, if it is under way.
template <class S>
Status land(WayState<S>& state, Flight<S>& flight);

// Takes in all messages that are under way: the fields to which they are added then hold them.
template <class S>
Status settle(WayState<S>& state);

// Whether something under way has a field of `touched` for its destination, other than what arrives
// by this stage, if it is an arrival.
template <class S>
bool flight_meets(const WayState<S>& state, FieldSet touched, const Stage<S>* stage);

}  // namespace murmur::engine
