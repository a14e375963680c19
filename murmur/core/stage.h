// SPDX-License-Identifier: Apache-2.0
// The words in which an algorithm writes its round. An algorithm is a template over the scalar with
//
//   struct Options { ... };                      numbers, with defaults
//   struct State { S x; ... };                   one coordinate of one worker, a member per field
//   static constexpr std::array kFields{...};    the same fields, in the same order (field.h)
//   static constexpr State step(const State&, const S& g, const Round<S>&, const Options&);
//   static constexpr auto kRound = stages(with_gradient(step), mix("x"), ...);
//
//   static constexpr bool kAsynchronous = true;  if workers act one by one, in the order of events
//   static constexpr double kStillRate = 1e-8;   if rates up to this one leave the memory as it is
//   static constexpr Needs kNeeds{...};          what it needs of graph and run (program.h), if any
//   static std::int64_t round_steps(const Options&);   if several steps are a round, how many
//
// Kernels are maps of one coordinate, without branches on values of S. program.h makes it runnable.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "murmur/core/field.h"
#include "murmur/core/scalar.h"

namespace murmur {

// What a kernel may know beside the state.
template <Scalar S>
struct Round {
  Real<S> lr = 0;            // learning rate of this step
  Real<S> previous_lr = 0;   // of the step before; lr at the first
  Real<S> weight_decay = 0;  // for stages that place it themselves
  std::int64_t step = 0;     // since the start of the run
  std::int64_t age = 0;      // since birth or the last reset of the memory
  Real<S> workers = 1;       // how many there are
  Real<S> round_lr = 0;      // sum of the rates of the round's steps up to this one
  S reduced = 0;             // the worker's last reduce()
  S weight = 1;              // the worker's push-sum weight
  S self = 1;                // its own weight w_ii where cross-gradients are taken
};

// What an algorithm's text may ask for. A program's stages (program.h) are types, and a few more.
enum class StageKind {
  kGradient,
  kLocal,
  kMix,
  kPush,
  kAverage,
  kReduce,
  kSequential,
  kPublish,
  kMixPublic,
  kCodedAverage,
  kTalk,
};
enum class Decay { kCoupled, kPlacedByKernel };
enum class Over { kWorker, kFilter };

inline constexpr std::size_t kMostMessageFields = 4;
// Of a kernel and of a program: sets of fields are masks of 64 bits, which have one for the
// gradient.
inline constexpr std::size_t kMostFields = 62;

// Declaration of a stage; F is the kernel's type, or NoKernel.
struct NoKernel {};
template <class F>
struct StageSpec {
  StageKind kind = StageKind::kLocal;
  F kernel{};
  std::array<std::string_view, kMostMessageFields> fields{};  // what travels
  std::string_view at = "x";                                  // gradient: where it is taken
  std::string_view into = "";                                 // the field that receives
  std::string_view way = "";                                  // talk: which
  Decay decay = Decay::kCoupled;
  Over over = Over::kWorker;
  bool over_graph = true;  // talk: along the edges of the run's graph
  bool periodic = false;   // only at the steps that the algorithm's `when` allows
};

// Stochastic gradient at a field, weight decay added (unless the kernel places it), then the
// kernel.
template <class F>
constexpr auto with_gradient(F kernel, std::string_view at = "x", Decay decay = Decay::kCoupled) {
  return std::tuple{
      StageSpec<F>{.kind = StageKind::kGradient, .kernel = kernel, .at = at, .decay = decay}};
}

// A map per coordinate.
template <class F>
constexpr auto local(F kernel) {
  return std::tuple{StageSpec<F>{.kind = StageKind::kLocal, .kernel = kernel}};
}

// v_i <- sum_j w_ij v_j with this step's matrix; several fields travel in one message.
template <class... Names>
constexpr auto mix(Names... names) {
  return std::tuple{StageSpec<NoKernel>{.kind = StageKind::kMix, .fields = {names...}}};
}

// numerator_i <- sum_j p_ij numerator_j and weight_i <- sum_j p_ij weight_j; columns sum to one.
constexpr auto push(std::string_view numerator) {
  return std::tuple{StageSpec<NoKernel>{.kind = StageKind::kPush, .fields = {numerator}}};
}

// into <- exact mean over all workers of a field; `into` is kept once.
constexpr auto average(std::string_view field, std::string_view into) {
  return std::tuple{
      StageSpec<NoKernel>{.kind = StageKind::kAverage, .fields = {field}, .into = into}};
}

// A map per coordinate that visits the workers one after the other, in ascending order: what it
// writes into a field kept once, the next worker finds there.
template <class F>
constexpr auto sequential(F kernel) {
  return std::tuple{StageSpec<F>{.kind = StageKind::kSequential, .kernel = kernel}};
}

// The sum over a worker's coordinates of the kernel's value, for later kernels as round.reduced.
template <class F>
constexpr auto reduce(F kernel) {
  return std::tuple{StageSpec<F>{.kind = StageKind::kReduce, .kernel = kernel}};
}

// The same per filter, written to every coordinate of the filter in `into`. A filter is an output
// filter of a 4-D tensor, an input column of a matrix, a whole tensor of any other shape.
template <class F>
constexpr auto reduce_filters(F kernel, std::string_view into) {
  return std::tuple{StageSpec<F>{
      .kind = StageKind::kReduce, .kernel = kernel, .into = into, .over = Over::kFilter}};
}

// The stages inside only at some steps: those where the algorithm's
//   static bool due(std::int64_t step, const Options&)
// holds.
template <class... Specs>
constexpr auto every_period(Specs... groups) {
  auto all = std::tuple_cat(groups...);
  std::apply([](auto&... spec) { ((spec.periodic = true), ...); }, all);
  return all;
}

template <class... Groups>
constexpr auto stages(Groups... groups) {
  return std::tuple_cat(groups...);
}

}  // namespace murmur
