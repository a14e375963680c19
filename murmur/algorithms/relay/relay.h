// SPDX-License-Identifier: Apache-2.0
// What RelaySGD and Relay-Adam share (Vogels et al., NeurIPS 2021): their options, the fields of a
// relay along a tree, and its stage. Messages hold h, and what neighbors sent the step before; in
// the end all workers hold the mean of h, of each as old as the worker is far, less one.
//
//   relay = "models"     h = x after the local step; with C other workers heard of and their sum S
//       normalization = "start"    x' = (h + S + (n - 1 - C) first) / n, the model before step 0
//                       "own"      x' = ((n - C) h + S) / n
//                       "counts"   x' = (h + S) / (1 + C)
//   relay = "updates"    h = the local step;  x' = x + (h + S) / n
#pragma once

#include <cstdint>
#include <tuple>

#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {

enum class Relay { kStart, kOwn, kCounts, kUpdates };

// Options: any with int normalization, int relay and std::int64_t root. They choose the program.
template <class Options>
constexpr auto relay_options() {
  return std::tuple{choice("normalization",
                           &Options::normalization,
                           {"start", "own", "counts"},
                           "what stands for workers not heard of yet: the first model, the own "
                           "one, or nothing"),
                    choice("relay", &Options::relay, {"models", "updates"}, "what is relayed"),
                    number("root",
                           &Options::root,
                           kIndex,
                           "of the tree to which a graph that is no tree is cut down")};
}

inline constexpr Needs kRelayNeeds{
    .static_graph = true, .undirected_graph = true, .every_step = true, .own_model = true};

// What a worker sent to its parent, and what it received from it.
constexpr Field of_edge(std::string_view name) {
  return {.name = name, .kind = FieldKind::kMemory, .units = Units::kModel, .correction = true};
}

template <Relay kRelay>
constexpr Field relay_field() {
  return kRelay == Relay::kStart ? memory("first_model").once().like_model().that_corrects()
                                 : scratch("update");
}

template <Relay kRelay>
constexpr auto relay_stage() {
  switch (kRelay) {
    case Relay::kStart:
      return talk("relay-start", "x", "relay_up", "relay_down", "first_model");
    case Relay::kOwn:
      return talk("relay-own", "x", "relay_up", "relay_down", "");
    case Relay::kCounts:
      return talk("relay-counts", "x", "relay_up", "relay_down", "");
    case Relay::kUpdates:
      break;
  }
  return talk("relay-updates", "x", "relay_up", "relay_down", "update");
}

inline bool relays(const OptionValues& values, Relay relay) {
  if (values.text("relay") == "updates") {
    return relay == Relay::kUpdates;
  }
  return values.text("normalization") == (relay == Relay::kOwn      ? "own"
                                          : relay == Relay::kCounts ? "counts"
                                          : relay == Relay::kStart  ? "start"
                                                                    : "");
}

// A<kRelay>::Of is the algorithm's text for one relay.
template <template <Relay> class A>
Algorithm relaying(const std::string& summary, const std::string& paper) {
  const auto chosen = [](Relay relay) {
    return [relay](const OptionValues& values) { return relays(values, relay); };
  };
  Algorithm all = entry<A<Relay::kStart>::template Of>(summary, paper);
  all = with_case<A<Relay::kOwn>::template Of>(std::move(all), chosen(Relay::kOwn));
  all = with_case<A<Relay::kCounts>::template Of>(std::move(all), chosen(Relay::kCounts));
  return with_case<A<Relay::kUpdates>::template Of>(std::move(all), chosen(Relay::kUpdates));
}

}  // namespace murmur::algorithms
