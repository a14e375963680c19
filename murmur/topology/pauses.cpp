// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/pauses.h"

#include <utility>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

class Paused final : public Topology {
 public:
  Paused(std::shared_ptr<const Topology> mixes, std::int64_t every)
      : mixes_(std::move(mixes)), every_(every) {}

  int workers() const override { return mixes_->workers(); }
  std::int64_t period() const override { return every_ * mixes_->period(); }
  MixingMatrix at(std::int64_t step) const override {
    MURMUR_CHECK(step >= 0, "step {}", step);
    return (step + 1) % every_ == 0 ? mixes_->at(step / every_) : MixingMatrix(workers());
  }

  std::int64_t every() const { return every_; }
  const Topology& mixes() const { return *mixes_; }

 private:
  std::shared_ptr<const Topology> mixes_;
  std::int64_t every_;
};

}  // namespace

OptionInfo period_option() {
  return {.name = "period",
          .help = "steps from one mix to the next; nothing is sent at the others",
          .fallback = std::int64_t{1},
          .bounds = kCount};
}

std::shared_ptr<const Topology> with_pauses(std::shared_ptr<const Topology> topology,
                                            std::int64_t period) {
  MURMUR_CHECK(period >= 1, "period {}", period);
  return period == 1 ? std::move(topology)
                     : std::make_shared<const Paused>(std::move(topology), period);
}

std::int64_t mix_period(const Topology& topology) {
  const auto* const paused = dynamic_cast<const Paused*>(&topology);
  return paused == nullptr ? 1 : paused->every();
}

bool mixes_at(const Topology& topology, std::int64_t step) {
  return (step + 1) % mix_period(topology) == 0;
}

const Topology& of_mixes(const Topology& topology) {
  const auto* const paused = dynamic_cast<const Paused*>(&topology);
  return paused == nullptr ? topology : paused->mixes();
}

}  // namespace murmur::topology
