// SPDX-License-Identifier: Apache-2.0
// The passes that begin with messages to neighbors: mixing, pushing, what is sent and arrives
// later.
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {

template <class S>
typename Performer<S>::BeforeBlock Performer<S>::mixing_of(const Stage<S>& stage) {
  const auto scratch = [this](int thread) {
    return scratch_[static_cast<std::size_t>(thread)].data();
  };
  if (stage.kind == StageKind::kPush && push_weights_.differ()) {
    return [this, scratch](CoordinateRange range, int thread) {
      mixer_.push_block(range, scratch(thread));
    };
  }
  return
      [this, scratch](CoordinateRange range, int thread) { mixer_.block(range, scratch(thread)); };
}

template <class S>
void Performer<S>::open_mix(Mixer<S>& mixer, const Stage<S>& stage, comm::Tag tag) {
  const std::vector<std::size_t> sent =
      stage.kind == StageKind::kSend ? std::vector<std::size_t>{stage.fields[0]} : stage.fields;
  if (event_batch_ == nullptr) {
    mixer.open(counters_.step, sent, tag);
  } else {
    mixer.open_with(event_batch_->mixing, sent, tag);
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
void Performer<S>::count_messages(const Mixer<S>& mixer, const Stage<S>& stage) {
  const std::size_t fields = stage.kind == StageKind::kSend ? 1 : stage.fields.size();
  std::size_t message = fields * parts_.problem->layout().parameters() * sizeof(S);
  if (stage.kind != StageKind::kMix && push_weights_.differ()) {
    message += sizeof(S);
  }
  counters_.bytes_sent += mixer.edges() * static_cast<std::int64_t>(message);
  counters_.messages += mixer.edges();
}

template <class S>
Status Performer<S>::exchange(const Pass<S>& pass, comm::Tag tag) {
  const Stage<S>& stage = *pass.head;
  Mixer<S>& mixer = stage.kind == StageKind::kSend ? mixer_of(stage.slot) : mixer_;
  if (!mixer.is_open()) {  // else rows have left while backward went on
    open_mix(mixer, stage, tag);
    post_all(mixer);
  }
  if (stage.kind == StageKind::kSend) {
    push_weights_.send(mixer.matrix(), stage.slot);
  } else if (stage.kind == StageKind::kPush) {
    push_weights_.mix(mixer.matrix());
  }
  count_messages(mixer, stage);
  return stage.kind == StageKind::kSend ? send(pass) : mix(pass);
}

// A bucket is mixed as soon as its rows are here.
template <class S>
Status Performer<S>::mix(const Pass<S>& pass) {
  const BeforeBlock before = mixing_of(*pass.head);
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
Status Performer<S>::send(const Pass<S>& pass) {
  const std::size_t field = pass.head->fields[0];
  const std::size_t into = pass.head->fields[1];
  Mixer<S>& mixer = mixer_of(pass.head->slot);
  slots_[pass.head->slot] = into;
  const bool at_once = parts_.transport == nullptr;
  over_blocks(pass, [&](CoordinateRange range, int) {
    if (at_once) {
      mixer.gather_block(into, range);
    }
    mixer.keep_block(field, range);
  });
  if (at_once) {
    mixer.close();
  }
  return Ok{};
}

template <class S>
Status Performer<S>::arrive(const Pass<S>& pass) {
  const std::size_t slot = pass.head->slot;
  push_weights_.arrive(slot);
  Mixer<S>& mixer = mixer_of(slot);
  if (!mixer.is_open()) {
    over_blocks(pass, {});
    return Ok{};
  }
  for (std::size_t b = 0; b < buckets_.count(); ++b) {
    if (Status arrived = wait(mixer, b); !arrived) {
      return arrived;
    }
    over_blocks(pass, buckets_.range(b), [&](CoordinateRange range, int) {
      mixer.gather_block(slots_.at(slot), range);
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

template Performer<float>::BeforeBlock Performer<float>::mixing_of(const Stage<float>&);
template Performer<double>::BeforeBlock Performer<double>::mixing_of(const Stage<double>&);
template void Performer<float>::open_mix(Mixer<float>&, const Stage<float>&, comm::Tag);
template void Performer<double>::open_mix(Mixer<double>&, const Stage<double>&, comm::Tag);
template void Performer<float>::post_all(Mixer<float>&);
template void Performer<double>::post_all(Mixer<double>&);
template Status Performer<float>::wait(Mixer<float>&, std::size_t);
template Status Performer<double>::wait(Mixer<double>&, std::size_t);
template void Performer<float>::count_messages(const Mixer<float>&, const Stage<float>&);
template void Performer<double>::count_messages(const Mixer<double>&, const Stage<double>&);
template Status Performer<float>::exchange(const Pass<float>&, comm::Tag);
template Status Performer<double>::exchange(const Pass<double>&, comm::Tag);
template Status Performer<float>::mix(const Pass<float>&);
template Status Performer<double>::mix(const Pass<double>&);
template Status Performer<float>::send(const Pass<float>&);
template Status Performer<double>::send(const Pass<double>&);
template Status Performer<float>::arrive(const Pass<float>&);
template Status Performer<double>::arrive(const Pass<double>&);
template Status Performer<float>::settle();
template Status Performer<double>::settle();
template Mixer<float>& Performer<float>::mixer_of(std::size_t);
template Mixer<double>& Performer<double>::mixer_of(std::size_t);

}  // namespace murmur::engine
