// SPDX-License-Identifier: Apache-2.0
// Passes that begin with messages to neighbors: mixing, pushing, sending and arriving.
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {

template <class S>
Mixer<S>* Performer<S>::mixer_for(const Stage<S>& stage) {
  if (const auto* const send = stage.template as<SendStage>()) {
    return &mixer_of(send->slot);
  }
  return stage.template is<MixStage>() || stage.template is<PushStage>() ? &mixer_ : nullptr;
}

template <class S>
void Performer<S>::open_mix(Mixer<S>& mixer,
                            const std::vector<std::size_t>& fields,
                            comm::Tag tag) {
  if (event_batch_ == nullptr) {
    mixer.open(counters_.step, fields, tag);
  } else {
    mixer.open_with(event_batch_->mixing, fields, tag);
  }
}

// An open mixer was opened by the gradient pass before, and rows were posted during backward.
template <class S>
void Performer<S>::open_and_post(Mixer<S>& mixer,
                                 const std::vector<std::size_t>& fields,
                                 comm::Tag tag) {
  if (!mixer.is_open()) {
    open_mix(mixer, fields, tag);
    post_all(mixer);
  }
}

template <class S>
void Performer<S>::post_all(Mixer<S>& mixer) {
  if (parts_.transport == nullptr) {
    return;
  }
  const comm::WorkerRange local = rows_.local();
  parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int /*thread*/) {
    const Traced traced(tracer_, "send", local.begin + static_cast<int>(index));
    for (std::size_t b = 0; b < buckets_.count(); ++b) {
      mixer.post(local.begin + static_cast<int>(index), b);
    }
  });
}

template <class S>
Status Performer<S>::wait(Mixer<S>& mixer, std::size_t bucket) {
  const Traced traced(tracer_, "wait", kAllWorkers);
  const auto started = SteadyClock::now();
  Status arrived = mixer.wait(bucket);
  times_.wait_s += seconds_since(started);
  return arrived;
}

template <class S>
void Performer<S>::count_messages(const Mixer<S>& mixer, std::size_t fields, bool pushes) {
  std::size_t message = fields * parts_.problem->layout().parameters() * sizeof(S);
  if (pushes && push_weights_.differ()) {
    message += sizeof(S);
  }
  counters_.bytes_sent += mixer.edges() * static_cast<std::int64_t>(message);
  counters_.messages += mixer.edges();
}

template <class S>
Status Performer<S>::perform(const MixStage& stage, const Pass<S>& pass, comm::Tag tag) {
  open_and_post(mixer_, stage.fields, tag);
  count_messages(mixer_, stage.fields.size(), false);
  return mix(pass, [this](CoordinateRange range, int thread) {
    mixer_.block(range, scratch_[static_cast<std::size_t>(thread)].data());
  });
}

template <class S>
Status Performer<S>::perform(const PushStage& stage, const Pass<S>& pass, comm::Tag tag) {
  open_and_post(mixer_, {stage.numerator}, tag);
  push_weights_.mix(mixer_.matrix());
  count_messages(mixer_, 1, true);
  const bool differ = push_weights_.differ();
  return mix(pass, [this, differ](CoordinateRange range, int thread) {
    S* const scratch = scratch_[static_cast<std::size_t>(thread)].data();
    differ ? mixer_.push_block(range, scratch) : mixer_.block(range, scratch);
  });
}

// A bucket is mixed as soon as its rows are here.
template <class S>
Status Performer<S>::mix(const Pass<S>& pass, const BeforeBlock& before) {
  if (parts_.transport == nullptr) {
    over_blocks(pass, before);
  }
  for (std::size_t b = 0; b < buckets_.count() && parts_.transport != nullptr; ++b) {
    if (Status arrived = wait(mixer_, b); !arrived) {
      return arrived;
    }
    over_blocks(pass, buckets_.range(b), before);
  }
  mixer_.close();
  return Ok{};
}

// With other processes the messages stay in flight until they are due.
template <class S>
Status Performer<S>::perform(const SendStage& stage, const Pass<S>& pass, comm::Tag tag) {
  Mixer<S>& mixer = mixer_of(stage.slot);
  open_and_post(mixer, {stage.numerator}, tag);
  push_weights_.send(mixer.matrix(), stage.slot);
  count_messages(mixer, 1, true);
  slots_[stage.slot] = stage.into;
  const bool at_once = parts_.transport == nullptr;
  over_blocks(pass, [&](CoordinateRange range, int) {
    if (at_once) {
      mixer.gather_block(stage.into, range);
    }
    mixer.keep_block(stage.numerator, range);
  });
  if (at_once) {
    mixer.close();
  }
  return Ok{};
}

template <class S>
Status Performer<S>::perform(const ArriveStage& stage, const Pass<S>& pass, comm::Tag /*tag*/) {
  push_weights_.arrive(stage.slot);
  Mixer<S>& mixer = mixer_of(stage.slot);
  if (!mixer.is_open()) {
    over_blocks(pass, {});
    return Ok{};
  }
  for (std::size_t b = 0; b < buckets_.count(); ++b) {
    if (Status arrived = wait(mixer, b); !arrived) {
      return arrived;
    }
    over_blocks(pass, buckets_.range(b), [&](CoordinateRange range, int) {
      mixer.gather_block(slots_.at(stage.slot), range);
    });
  }
  mixer.close();
  return Ok{};
}

template <class S>
Status Performer<S>::settle() {
  for (auto& [slot, mixer] : in_flight_) {
    for (std::size_t b = 0; b < buckets_.count() && mixer.is_open(); ++b) {
      if (Status arrived = wait(mixer, b); !arrived) {
        return arrived;
      }
      mixer.gather_block(slots_.at(slot), buckets_.range(b));
    }
    mixer.close();
  }
  return Ok{};
}

// Copies are needed where rows change before their messages are due, that is between processes.
template <class S>
Mixer<S>& Performer<S>::mixer_of(std::size_t slot) {
  const auto of = parts_.transport == nullptr ? Mixer<S>::Of::kRows : Mixer<S>::Of::kCopies;
  return in_flight_.try_emplace(slot, parts_.topology, peers_, &rows_, of).first->second;
}

template Mixer<float>* Performer<float>::mixer_for(const Stage<float>&);
template void Performer<float>::open_mix(Mixer<float>&, const std::vector<std::size_t>&, comm::Tag);
template Status Performer<float>::settle();
template Status Performer<float>::perform(const MixStage&, const Pass<float>&, comm::Tag);
template Status Performer<float>::perform(const PushStage&, const Pass<float>&, comm::Tag);
template Status Performer<float>::perform(const SendStage&, const Pass<float>&, comm::Tag);
template Status Performer<float>::perform(const ArriveStage&, const Pass<float>&, comm::Tag);
template Mixer<double>* Performer<double>::mixer_for(const Stage<double>&);
template void Performer<double>::open_mix(Mixer<double>&,
                                          const std::vector<std::size_t>&,
                                          comm::Tag);
template Status Performer<double>::settle();
template Status Performer<double>::perform(const MixStage&, const Pass<double>&, comm::Tag);
template Status Performer<double>::perform(const PushStage&, const Pass<double>&, comm::Tag);
template Status Performer<double>::perform(const SendStage&, const Pass<double>&, comm::Tag);
template Status Performer<double>::perform(const ArriveStage&, const Pass<double>&, comm::Tag);
template void Performer<float>::open_and_post(Mixer<float>&,
                                              const std::vector<std::size_t>&,
                                              comm::Tag);
template void Performer<float>::post_all(Mixer<float>&);
template Status Performer<float>::wait(Mixer<float>&, std::size_t);
template void Performer<float>::count_messages(const Mixer<float>&, std::size_t, bool);
template Status Performer<float>::mix(const Pass<float>&, const BeforeBlock&);
template Mixer<float>& Performer<float>::mixer_of(std::size_t);
template void Performer<double>::open_and_post(Mixer<double>&,
                                               const std::vector<std::size_t>&,
                                               comm::Tag);
template void Performer<double>::post_all(Mixer<double>&);
template Status Performer<double>::wait(Mixer<double>&, std::size_t);
template void Performer<double>::count_messages(const Mixer<double>&, std::size_t, bool);
template Status Performer<double>::mix(const Pass<double>&, const BeforeBlock&);
template Mixer<double>& Performer<double>::mixer_of(std::size_t);

}  // namespace murmur::engine
