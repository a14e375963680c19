// SPDX-License-Identifier: Apache-2.0
// Appends an outer step to a base program. At a step that is due:
//
//   mean   <- exact mean of x (or x itself without exact average)
//   anchor <- the rule(mean, anchor, its memory)
//   every model-like memory p of the base (D2's previous model): p <- p + (anchor - x)
//   x      <- anchor
//   the base's memory is kept, set back to its birth, or averaged; corrections (field.h) are kept
//
// With a push-sum base the exact mean is that of the numerators, messages in flight added first;
// afterwards all weights are 1. A rule that pulls moves every worker to a point of its own instead
// of the anchor, and the weights stay. Levels of hierarchical averaging take the mean of a group;
// there weights become the group's mean weight, and messages in flight stay in flight.
#include <algorithm>
#include <memory>

#include "murmur/algorithms/in_flight.h"
#include "murmur/algorithms/outer/entry.h"
#include "murmur/algorithms/outer/mass.h"
#include "murmur/algorithms/outer/pieces.h"

namespace murmur::algorithms {
namespace {

template <class S>
class Composer {
 public:
  Composer(Program<S> base,
           const OuterStep& outer,
           const OptionValues& values,
           bool starts_differ,
           const std::vector<Level>& levels)
      : program_(std::move(base)),
        outer_(outer),
        values_(values),
        calendar_(calendar_of(values)),
        levels_(levels.empty() ? std::vector<Level>{{calendar_.period, 0}} : levels),
        base_fields_(program_.fields.size()),
        one_model_(program_.keeps_one_model()),
        averages_(values.flag("exact_average") && !one_model_),
        mass_(program_),
        numerator_(mass_.numerator) {
    MURMUR_CHECK(levels.empty() || (!outer.has_anchor && values.flag("exact_average")),
                 "levels go with plain exact averages");
    const bool one_start = calendar_.start == 0 ? !starts_differ : calendar_.average_before;
    common_ = one_model_ || (averages_ && one_start);
    std::vector<Calendar> calendars(levels_.size(), calendar_);
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      calendars[level].period = levels_[level].period;
    }
    calendars_ = std::make_shared<const std::vector<Calendar>>(std::move(calendars));
    MURMUR_CHECK(!visits_sequentially(values) || (common_ && !one_model_),
                 "a turn of all workers needs one center and a model per worker");
  }

  Program<S> compose() {
    add_fields();
    average_until_start();
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      append_level(level);
    }
    take_anchor_at_start();
    return std::move(program_);
  }

 private:
  // Of the levels that are due the last, which has the largest period, is performed.
  void append_level(std::size_t level) {
    const std::size_t first = program_.round.size();
    if (levels_[level].group == 0) {
      append_outer_step();
    } else if (!one_model_) {
      append_group_average(levels_[level].group);
    }
    place(first, [calendars = calendars_, level](std::int64_t step) {
      const auto is_due = [step](const Calendar& calendar) { return calendar.due(step); };
      const auto own = calendars->begin() + static_cast<std::ptrdiff_t>(level);
      return own->due(step) && std::none_of(own + 1, calendars->end(), is_due);
    });
  }

  void append_outer_step() {
    if (averages_ && !visits_sequentially(values_)) {
      take_mean();
    }
    append_rule();
    follow(target_);
    go_on_from(target_);
    treat_memory(fields_.mean, 0);
  }

  void append_group_average(int group) {
    if (!group_mean_) {
      group_mean_ = add(scratch("group_mean"));
    }
    append_mean(numerator_.value_or(0), *group_mean_, group);
    if (numerator_) {
      append<Copy>({*group_mean_, *numerator_});
      reset_weights(group);
      append<Debias>({0, *numerator_});
    } else {
      follow(*group_mean_);
      append<Copy>({*group_mean_, 0});
    }
    treat_memory(*group_mean_, group);
  }

  // What `buffers` says of the base's memory; an average of it goes through a field.
  void treat_memory(std::size_t through, int group) {
    if (values_.text("buffers") == "reset") {
      reset();
    } else if (values_.text("buffers") == "average" && averages_) {
      average_memory(through, group);
    }
  }

  void append_mean(std::size_t of, std::size_t into, int group) {
    program_.round.push_back({.what = AverageStage{.field = of, .into = into, .group = group}});
  }

  void reset_weights(int group) { program_.round.push_back({.what = ResetWeightsStage{group}}); }

  void add_fields() {
    if (averages_) {
      fields_.mean = add(scratch("mean").once());
    }
    target_ = fields_.mean;
    if (outer_.has_anchor) {
      Field anchor = memory("anchor").like_model();
      anchor.shared = common_;
      fields_.anchor = target_ = add(anchor);
    }
    if (outer_.pulls) {
      Field pulled = scratch("pulled");
      pulled.shared = one_model_;
      fields_.next = target_ = add(pulled);
    }
    if (!outer_.slow_name.empty()) {
      Field slow = memory(outer_.slow_name);
      slow.shared = common_;
      fields_.slow = add(slow);
    }
  }

  std::size_t add(const Field& field) { return program_.add_field(field); }

  template <template <class> class A>
  void append(const std::vector<std::size_t>& binds) {
    append_stages<A, S>(program_, NoOptions{}, binds);
  }

  // Gives all stages from `first` on their days.
  void place(std::size_t first, const std::function<bool(std::int64_t)>& due) {
    for (std::size_t k = first; k < program_.round.size(); ++k) {
      program_.round[k].due = due;
    }
  }

  void append_rule() { outer_.append.get<S>()(program_, values_, fields_); }

  void average_until_start() {
    if (!calendar_.average_before || calendar_.start == 0 || !averages_) {
      return;
    }
    const std::size_t first = program_.round.size();
    take_mean();
    follow(fields_.mean);
    go_on_from(fields_.mean);
    place(first, [start = calendar_.start](std::int64_t step) { return step < start; });
    if (outer_.has_anchor) {
      const std::size_t last = program_.round.size();
      append<Copy>({common_ ? fields_.mean : 0, fields_.anchor});
      place(last, [start = calendar_.start](std::int64_t step) { return step + 1 == start; });
    }
  }

  // Where the workers' models differ at start_step, each takes its own as anchor.
  void take_anchor_at_start() {
    if (calendar_.start == 0 || !outer_.has_anchor || (calendar_.average_before && averages_)) {
      return;
    }
    const std::size_t last = program_.round.size();
    append<Copy>({0, fields_.anchor});
    place(last, [start = calendar_.start](std::int64_t step) { return step + 1 == start; });
  }

  void take_mean() {
    for (const std::size_t slot : mass_.in_flight) {
      append_stages<Arrive, S>(program_, {}, {*numerator_, slot});
    }
    append_mean(numerator_.value_or(0), fields_.mean, 0);
  }

  void go_on_from(std::size_t target) {
    if (target != 0) {
      append<Copy>({target, 0});
    }
    if (!numerator_) {
      return;
    }
    if (averages_ && (!outer_.pulls || target == fields_.mean)) {
      reset_weights(0);
    }
    append<Rebias>({0, *numerator_});
  }

  void follow(std::size_t target) {
    if (target == 0) {
      return;
    }
    for (std::size_t f = 1; f < base_fields_; ++f) {
      if (mass_.is_memory(program_, f) && program_.fields[f].units == Units::kModel) {
        append<Follow>({target, 0, f});
      }
    }
  }

  void reset() {
    ResetStage reset;
    for (std::size_t f = 1; f < base_fields_; ++f) {
      if (mass_.is_momentum(program_, f)) {
        reset.fields.push_back(f);
      }
    }
    program_.round.push_back({.what = std::move(reset)});
  }

  void average_memory(std::size_t through, int group) {
    for (std::size_t f = 1; f < base_fields_; ++f) {
      if (mass_.is_momentum(program_, f) && !program_.fields[f].shared) {
        append_mean(f, through, group);
        append<Copy>({through, f});
      }
    }
  }

  Program<S> program_;
  const OuterStep& outer_;
  const OptionValues& values_;
  Calendar calendar_;
  std::vector<Level> levels_;
  std::shared_ptr<const std::vector<Calendar>> calendars_;  // of the levels
  std::size_t base_fields_;
  bool one_model_;
  bool averages_;
  PushSumMass<S> mass_;
  std::optional<std::size_t> numerator_;  // of a push-sum base
  std::optional<std::size_t> group_mean_;
  bool common_ = false;     // anchor and memory are equal on all workers: kept once
  OuterFields fields_;      // mean defaults to x itself
  std::size_t target_ = 0;  // where the next round begins
};

}  // namespace

template <class S>
Program<S> with_outer(Program<S> base,
                      const OuterStep& outer,
                      const OptionValues& values,
                      bool starts_differ,
                      const std::vector<Level>& levels) {
  return Composer<S>(std::move(base), outer, values, starts_differ, levels).compose();
}

template Program<float> with_outer(
    Program<float>, const OuterStep&, const OptionValues&, bool, const std::vector<Level>&);
template Program<double> with_outer(
    Program<double>, const OuterStep&, const OptionValues&, bool, const std::vector<Level>&);

}  // namespace murmur::algorithms
