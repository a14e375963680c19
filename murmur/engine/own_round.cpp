// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/own_round.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/engine/observe/stopwatch.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 4096;  // coordinates

}  // namespace

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
  use(engine_->buckets_.range(bucket));
  open_->early->post(worker(), bucket);
}

template <class S>
void OwnRounds<S>::use(CoordinateRange range) {
  const Pass<S>& pass = (*open_->passes)[open_->gradient];
  if (lent_.empty()) {
    engine_->use_gradient(pass, worker(), range, 0);
    return;
  }
  const Traced traced(engine_->state_.tracer, "kernel", worker());
  const auto started = SteadyClock::now();
  for (std::size_t begin = range.begin; begin < range.end; begin += kBlock) {
    const CoordinateRange block{begin, std::min(range.end, begin + kBlock)};
    use_lent(pass.template head_as<GradientStage<S>>()->kernel, block);
    for (const PassKernel<S>& local : pass.locals) {
      engine_->apply(*local.kernel, worker(), block, nullptr, 0);
    }
  }
  engine_->thread_times_.front().algorithm_s += seconds_since(started);
}

// Tensor by tensor; what is between them is zero, which a kernel keeps.
template <class S>
void OwnRounds<S>::use_lent(const BoundKernel<S>& kernel, CoordinateRange block) {
  const std::span<const TensorSlot> tensors = engine_->layout().tensors();
  const auto after = std::upper_bound(
      tensors.begin(), tensors.end(), block.begin, [](std::size_t at, const TensorSlot& slot) {
        return at < slot.offset;
      });
  std::vector<S*>& fields = engine_->pointers_.front();
  for (auto i = static_cast<std::size_t>(after - tensors.begin()) - 1;
       i < tensors.size() && tensors[i].offset < block.end;
       ++i) {
    const TensorSlot& slot = tensors[i];
    const CoordinateRange part{std::max(block.begin, slot.offset),
                               std::min(block.end, slot.offset + slot.size)};
    const S* const values = lent_[i] == nullptr ? gradient().data() + slot.offset : lent_[i];
    const auto apply = [&](CoordinateRange piece, std::size_t group) {
      engine_->rows_.at(worker(), piece.begin, kernel.binds, fields.data());
      kernel.apply(fields.data(),
                   values + (piece.begin - slot.offset),
                   piece.size(),
                   engine_->round_of(worker(), group),
                   kernel.options.get());
    };
    if (part.begin < part.end) {
      engine_->factors_.visit(part, apply);
    }
  }
}

template <class S>
void OwnRounds<S>::take_lent() {
  const std::span<const TensorSlot> tensors = engine_->layout().tensors();
  for (std::size_t i = 0; i < lent_.size(); ++i) {
    if (lent_[i] != nullptr) {
      std::copy_n(lent_[i], tensors[i].size, gradient().data() + tensors[i].offset);
    }
  }
  lent_.clear();
}

template <class S>
void OwnRounds<S>::forget() {
  open_.reset();
  lent_.clear();
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
      if (!engine_->recipe_.is_final_early()) {
        take_lent();
        engine_->recipe_.clip(gradient().data());
      }
      if (open_->early == nullptr) {
        use(CoordinateRange{0, gradient().size()});
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
  forget();
  return losses;
}

template class OwnRounds<float>;
template class OwnRounds<double>;

}  // namespace murmur::engine
