// SPDX-License-Identifier: Apache-2.0
// Compressed local SGD (Lin, Stich, Patel, Jaggi: Don't use large mini-batches, use local SGD, ICLR
// 2020): averaging in which the way from the anchor travels, encoded by the run's codec C. At a
// step that is due:
//
//   difference_i <- anchor - x_i + error_i
//   error_i      <- difference_i - C(difference_i)
//   anchor       <- anchor - mean_j C(difference_j)
//   x_i          <- anchor
//
// The error begins at 0 and is no momentum: `buffers` leaves it alone.

#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/outer/entry.h"
#include "murmur/algorithms/outer/mass.h"
#include "murmur/algorithms/outer/pieces.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct EncodedWay {
  using Options = NoOptions;
  struct State {
    S x;
    S anchor;
    S error;
    S difference;
    S decoded;
    S mean_way;
  };
  static constexpr std::array kFields{memory("x"),
                                      memory("anchor"),
                                      memory("error"),
                                      scratch("difference"),
                                      scratch("decoded"),
                                      scratch("mean_way")};
  static constexpr State look(State s, const Round<S>&, const Options&) {
    s.difference = s.anchor - s.x + s.error;
    return s;
  }
  static constexpr State remember(State s, const Round<S>&, const Options&) {
    s.error = s.difference - s.decoded;
    return s;
  }
  // Of what is kept once.
  static constexpr State move(State s, const Round<S>&, const Options&) {
    s.anchor = s.anchor - s.mean_way;
    return s;
  }
  static constexpr State go_on(State s, const Round<S>&, const Options&) {
    s.x = s.anchor;
    return s;
  }
  static constexpr auto kRound = stages(local(look),
                                        coded_average("difference", "mean_way", "decoded"),
                                        local(remember),
                                        local(move),
                                        local(go_on));
};

template <class S>
class Composer {
 public:
  Composer(Program<S> base, const OptionValues& values)
      : program_(std::move(base)),
        values_(values),
        calendar_(calendar_of(values)),
        base_fields_(program_.fields.size()) {}

  Program<S> compose() {
    MURMUR_CHECK(!program_.mixes() && !program_.keeps_one_model() && !program_.takes_codec() &&
                     values_.flag("exact_average"),
                 "{}: no local base of one exact average",
                 program_.name);
    mean_ = program_.add_field(scratch("mean").once());
    Field anchor = memory("anchor").like_model();
    anchor.shared = true;
    anchor_ = program_.add_field(anchor);
    average_until_start();
    const std::size_t first = program_.round.size();
    const std::size_t error = program_.add_field(memory("error"));
    const std::size_t difference = program_.add_field(scratch("difference"));
    const std::size_t decoded = program_.add_field(scratch("decoded"));
    const std::size_t way = program_.add_field(scratch("mean_way").once());
    append_stages<EncodedWay, S>(program_, {}, {0, anchor_, error, difference, decoded, way});
    treat_momentum();
    place(first, [calendar = calendar_](std::int64_t step) { return calendar.due(step); });
    return std::move(program_);
  }

 private:
  void average(std::size_t of) {
    program_.round.push_back({.what = AverageStage{.field = of, .into = mean_}});
    append_stages<Copy, S>(program_, {}, {mean_, of});
  }

  // Then the first anchor is the last of those means.
  void average_until_start() {
    if (calendar_.start == 0) {
      return;
    }
    MURMUR_CHECK(calendar_.average_before, "no anchor that all workers have");
    const std::size_t first = program_.round.size();
    average(0);
    append_stages<Copy, S>(program_, {}, {mean_, anchor_});
    place(first, [start = calendar_.start](std::int64_t step) { return step < start; });
  }

  void treat_momentum() {
    const PushSumMass<S> mass(program_);
    ResetStage reset;
    for (std::size_t f = 1; f < base_fields_; ++f) {
      if (!mass.is_momentum(program_, f)) {
        continue;
      }
      if (values_.text("buffers") == "average") {
        average(f);
      }
      reset.fields.push_back(f);
    }
    if (values_.text("buffers") == "reset") {
      program_.round.push_back({.what = std::move(reset)});
    }
  }

  void place(std::size_t first, const std::function<bool(std::int64_t)>& due) {
    for (std::size_t k = first; k < program_.round.size(); ++k) {
      program_.round[k].due = due;
    }
  }

  Program<S> program_;
  const OptionValues& values_;
  Calendar calendar_;
  std::size_t base_fields_;
  std::size_t mean_ = 0;
  std::size_t anchor_ = 0;
};

}  // namespace

template <class S>
Program<S> with_compressed_average(Program<S> base, const OptionValues& values) {
  return Composer<S>(std::move(base), values).compose();
}

template Program<float> with_compressed_average(Program<float>, const OptionValues&);
template Program<double> with_compressed_average(Program<double>, const OptionValues&);

}  // namespace murmur::algorithms
