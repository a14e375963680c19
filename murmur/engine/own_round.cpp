// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/own_round.h"

#include "murmur/core/check.h"

namespace murmur::engine {

template <class S>
bool OwnRounds<S>::suit(const Engine<S>& engine) {
  const Program<S>& program = engine.program();
  if (engine.local().size() != 1 || program.is_asynchronous()) {
    return false;
  }
  int gradients = 0;
  FieldSet before = 0;  // touched before the gradient
  for (const Stage<S>& stage : program.round) {
    if (const auto* const gradient = stage.template as<GradientStage<S>>()) {
      ++gradients;
      if (gradient->at != 0 || stage.due || (before & field_bit(0)) != 0) {
        return false;
      }
    } else if (gradients == 0) {
      before |= stage.touched();
    }
  }
  return gradients == 1;
}

template <class S>
OwnRounds<S>::OwnRounds(Engine<S>* engine) : engine_(engine) {
  MURMUR_CHECK(suit(*engine), "{}: the engine asks for its gradients", engine->program().name);
}

template <class S>
int OwnRounds<S>::worker() const {
  return engine_->local().begin;
}

template <class S>
std::span<S> OwnRounds<S>::gradient() {
  return {engine_->gradients_.row(0, 0), engine_->layout().row_size()};
}

template <class S>
bool OwnRounds<S>::takes_part() const {
  const auto& participation = engine_->parts_.participation;
  return participation == nullptr || participation->at(engine_->counters().step).contains(worker());
}

template <class S>
Status OwnRounds<S>::begin(double lr) {
  MURMUR_CHECK(!open_, "the round of step {} is not finished", engine_->counters().step);
  return engine_->consistency_.perform(engine_->counters().step, [&]() -> Status {
    const typename Passes<S>::OfStep& passes = engine_->open_round(lr);
    std::size_t k = 0;
    for (; passes.together[k].template head_as<GradientStage<S>>() == nullptr; ++k) {
      Status before = engine_->settle_before(passes.together[k]);
      before = before ? engine_->perform(passes.together[k], engine_->call_of(k)) : before;
      if (!before) {
        return before;
      }
    }
    const Pass<S>& pass = passes.together[k];
    if (Status settled = engine_->settle_before(pass); !settled) {
      return settled;
    }
    const bool is_last = k + 1 == passes.together.size();
    Way<S>* const next = is_last ? nullptr : engine_->way_of(passes.together[k + 1]);
    open_.emplace(Open{.passes = &passes.together,
                       .gradient = k,
                       .early = engine_->open_early(pass, next, engine_->call_of(k + 1)),
                       .count = BucketCount(engine_->buckets_)});
    return Ok{};
  });
}

template <class S>
void OwnRounds<S>::use(std::size_t bucket) {
  engine_->use_gradient(
      (*open_->passes)[open_->gradient], worker(), engine_->buckets_.range(bucket), 0);
  open_->early->post(worker(), bucket);
}

template <class S>
Status OwnRounds<S>::announce(CoordinateRange range) {
  MURMUR_CHECK(open_, "no round was begun");
  return engine_->consistency_.perform(engine_->counters().step, [&]() -> Status {
    if (open_->early != nullptr && engine_->acts(worker()) && engine_->recipe_.is_final_early()) {
      open_->count.add(range, [&](std::size_t bucket) { use(bucket); });
    }
    return Ok{};
  });
}

template <class S>
Result<std::span<const double>> OwnRounds<S>::finish(double loss) {
  MURMUR_CHECK(open_, "no round was begun");
  const auto rest = [&]() -> Result<std::span<const double>> {
    const std::vector<Pass<S>>& passes = *open_->passes;
    if (engine_->acts(worker())) {
      engine_->recipe_.clip(gradient().data());
      if (open_->early == nullptr) {
        engine_->use_gradient(passes[open_->gradient], worker(), {0, gradient().size()}, 0);
      } else {
        open_->count.finish([&](std::size_t bucket) { use(bucket); });
      }
      engine_->losses_.front() = loss;
      engine_->loss_weights_.front() = 1;
    }
    if (Status status = engine_->perform_all(passes, open_->gradient + 1); !status) {
      return status.failure();
    }
    return engine_->close_round();
  };
  auto losses = engine_->consistency_.perform(engine_->counters().step, rest);
  open_.reset();
  return losses;
}

template class OwnRounds<float>;
template class OwnRounds<double>;

}  // namespace murmur::engine
