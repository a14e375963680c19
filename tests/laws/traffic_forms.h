// SPDX-License-Identifier: Apache-2.0
// What every algorithm and every outer step sends, derived by hand from the papers and not from the
// program's stages. Totals of all workers in one step.
#pragma once

#include <cstdint>
#include <string_view>

#include "murmur/core/options.h"

namespace murmur::testing {

// The setting of one step.
struct Scene {
  std::int64_t workers = 1;
  std::int64_t edges = 0;  // from a worker to another in this step
  std::int64_t model = 0;  // bytes
  std::int64_t scalar = 0;
  std::int64_t bits = 0;        // bytes of a bit per entry, tensor by tensor
  bool weights_differ = false;  // push-sum's, on this graph
  std::int64_t step = 0;        // from 0
};

struct Sent {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;

  friend Sent operator+(Sent a, Sent b) { return {a.messages + b.messages, a.bytes + b.bytes}; }
  friend Sent operator*(std::int64_t times, Sent a) {
    return {times * a.messages, times * a.bytes};
  }
};

inline Sent nothing(const Scene& /*scene*/, const OptionValues& /*options*/) {
  return {};
}
// A ring all-reduce: 2 (n - 1) messages of 1/n of the model from each worker.
inline Sent all_reduce(const Scene& s, const OptionValues& /*options*/) {
  return {2 * (s.workers - 1) * s.workers, 2 * (s.workers - 1) * s.model};
}
inline Sent model_per_edge(const Scene& s, const OptionValues& /*options*/) {
  return {s.edges, s.edges * s.model};
}
// The model and its tracker in one message.
inline Sent two_per_edge(const Scene& s, const OptionValues& /*options*/) {
  return {s.edges, s.edges * 2 * s.model};
}
// A model, and an answer to it where the neighbors' gradients are asked for.
inline Sent models_and_answers(const Scene& s, const OptionValues& options) {
  return (options.number("data_share") > 0 ? 2 : 1) * model_per_edge(s, options);
}
// At the last step of a round.
inline Sent model_per_round(const Scene& s, const OptionValues& options) {
  const bool ends = (s.step + 1) % options.integer("period") == 0;
  return (ends ? 1 : 0) * model_per_edge(s, options);
}
inline Sent two_per_round(const Scene& s, const OptionValues& options) {
  const bool ends = (s.step + 1) % options.integer("period") == 0;
  return (ends ? 1 : 0) * two_per_edge(s, options);
}
// The mean gradient once, where the momentum begins with it.
inline Sent two_and_an_average(const Scene& s, const OptionValues& options) {
  const bool averages = s.step == 0 && options.text("start") == "average";
  return two_per_edge(s, options) + (averages ? 1 : 0) * all_reduce(s, options);
}
// Of the model and of the tracker a message each; whole, without a codec.
inline Sent two_copies(const Scene& s, const OptionValues& options) {
  const bool kept = s.step == 0 && options.text("first_tracker") == "kept";
  return (kept ? 1 : 2) * model_per_edge(s, options);
}
inline Sent model_per_edge_later(const Scene& s, const OptionValues& options) {
  return (s.step == 0 ? 0 : 1) * model_per_edge(s, options);
}
// A bit per entry to the server, and the vote back.
inline Sent votes(const Scene& s, const OptionValues& options) {
  return (options.flag("vote") ? 2 * s.workers : 0) * Sent{1, s.bits};
}
// To both ends of every edge of a tree a model and a count.
inline Sent relayed(const Scene& s, const OptionValues& /*options*/) {
  return 2 * (s.workers - 1) * Sent{1, s.model + 4};
}
inline Sent model_per_worker(const Scene& s, const OptionValues& /*options*/) {
  return {s.workers, s.workers * s.model};
}
inline Sent push(const Scene& s, const OptionValues& /*options*/) {
  return {s.edges, s.edges * (s.model + (s.weights_differ ? s.scalar : 0))};
}
// The weight that remains after sending is never 1, so the weight is always sent.
inline Sent overlapped_push(const Scene& s, const OptionValues& /*options*/) {
  return {s.edges, s.edges * (s.model + s.scalar)};
}
// Equally fast workers take one gradient each and average with one neighbor: two models per
// averaging.
inline Sent two_models_per_worker(const Scene& s, const OptionValues& /*options*/) {
  return {2 * s.workers, 2 * s.workers * s.model};
}
// Model and momentum.
inline Sent two_all_reduces_per_period(const Scene& s, const OptionValues& options) {
  const bool due = (s.step + 1) % options.integer("period") == 0;
  return (due ? 2 : 0) * all_reduce(s, options);
}

// Momenta and moments of each worker, which an outer step with buffers = "average" averages.
inline int none(const OptionValues& /*options*/) {
  return 0;
}
inline int one(const OptionValues& /*options*/) {
  return 1;
}
inline int two(const OptionValues& /*options*/) {
  return 2;
}
inline int if_momentum(const OptionValues& options) {
  return options.number("momentum") == 0 ? 0 : 1;
}
// The momentum, and the displacements collected for refreshing it.
inline int with_collected(const OptionValues& options) {
  return options.integer("buffer_period") > 1 ? 2 : 1;
}
// Also the point at which the gradient in progress is taken.
inline int with_start(const OptionValues& options) {
  return 1 + if_momentum(options);
}

// One model has one momentum; before encoding every worker has its own.
inline int of_each_worker(const OptionValues& options) {
  return options.text("form") == "ef-sgd" ? 1 : 0;
}

struct OuterForm {
  std::string_view name;
  Sent (*sends)(const Scene&, const OptionValues&);  // at a step that is due
};

inline Sent center(const Scene& s, const OptionValues& options) {
  if (options.text("order") == "round-robin") {  // one worker after the other, cyclically
    return {s.workers, s.workers * s.model};
  }
  return all_reduce(s, options);
}

inline constexpr OuterForm kOuterForms[] = {
    {"average", all_reduce},
    {"slowmo", all_reduce},
    {"lookahead", all_reduce},
    {"heavy-ball", all_reduce},
    {"nesterov", all_reduce},
    {"bmuf", all_reduce},
    {"easgd", center},
};

struct TrafficForm {
  std::string_view name;
  Sent (*sends)(const Scene&, const OptionValues&);
  int (*momenta)(const OptionValues&);
};

inline constexpr TrafficForm kTrafficForms[] = {
    {"sgd", nothing, if_momentum},
    {"adam", nothing, two},
    {"adamw", nothing, two},
    {"dsgd", model_per_edge, none},
    {"dsgdm", model_per_edge, one},
    {"dsgdm-n", model_per_edge, one},
    {"qg-dsgdm", model_per_edge, with_collected},
    {"qg-dsgdm-n", model_per_edge, with_collected},
    {"dsgd-gt", two_per_edge, none},
    {"dsgdm-gt", two_per_edge, one},
    {"dsgdm-n-gt", two_per_edge, one},
    {"d2", model_per_edge, none},
    {"d2-plus", model_per_edge, none},
    {"dadam", model_per_edge, two},
    {"qg-dadam", model_per_edge, two},
    {"allreduce-sgd", all_reduce, none},
    {"allreduce-adam", all_reduce, none},
    {"sgp", push, if_momentum},
    {"osgp", overlapped_push, one},
    {"ad-psgd", two_models_per_worker, with_start},
    {"double-averaging", two_all_reduces_per_period, one},
    {"choco-sgd", model_per_edge, one},
    {"ef-sgd", all_reduce, of_each_worker},
    {"ngc", models_and_answers, one},
    {"qhm", nothing, one},
    {"qhadam", nothing, two},
    {"signum", votes, one},
    {"decentlam", model_per_edge, one},
    {"momentum-tracking", two_and_an_average, one},
    {"gut", model_per_edge, one},
    {"qg-gutm", model_per_edge, one},
    {"edm", model_per_edge, one},
    {"k-gt", two_per_round, none},
    {"led", model_per_round, none},
    {"beer", two_copies, none},
    {"motef", two_copies, none},
    {"docom", two_copies, none},
    {"lead", model_per_edge_later, none},
    {"dsgd-ceca", model_per_worker, none},
    {"relay-sgd", relayed, none},
    {"relay-adam", relayed, none},
};

}  // namespace murmur::testing
