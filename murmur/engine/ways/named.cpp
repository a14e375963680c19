// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/named.h"

#include <algorithm>
#include <iterator>

#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

constexpr NamedWay relay(std::string_view name, bool one_start) {
  return {.name = name,
          .make = {relaying<float>, relaying<double>},
          .rows_per_worker = 2,
          .undirected = true,
          .one_start = one_start,
          .state_of_edges = true};
}

// The only list of them.
constexpr NamedWay kWays[] = {
    {.name = "cross-gradients",
     .make = {cross_gradients<float>, cross_gradients<double>},
     .row_per_edge = true,
     .undirected = true},
    relay("relay-start", true),
    relay("relay-own", false),
    relay("relay-counts", false),
    relay("relay-updates", true),
    {"second-gradient", {second_gradient<float>, second_gradient<double>}},
    {"signs", {signs<float>, signs<double>}},
    {"vote", {voting<float>, voting<double>}},
    {"ceca-two-ports", {shifting<float>, shifting<double>}},
    {"ceca-one-port", {pairing<float>, pairing<double>}},
};

}  // namespace

const NamedWay& find_way(std::string_view name) {
  const auto* const found = std::find_if(
      std::begin(kWays), std::end(kWays), [&](const NamedWay& way) { return way.name == name; });
  MURMUR_CHECK(found != std::end(kWays), "no way of talking '{}'", name);
  return *found;
}

template <class S>
bool needs_undirected_graph(const Program<S>& program) {
  return program.needs.undirected_graph ||
         std::any_of(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
           const auto* const talk = stage.template as<TalkStage>();
           return talk != nullptr && find_way(talk->way).undirected;
         });
}

template <class S>
std::int64_t rows_per_edge(const Program<S>& program) {
  return std::count_if(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
    const auto* const talk = stage.template as<TalkStage>();
    return talk != nullptr && find_way(talk->way).row_per_edge;
  });
}

template <class S>
bool needs_one_start(const Program<S>& program) {
  return program.keeps_one_model() ||
         std::any_of(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
           const auto* const talk = stage.template as<TalkStage>();
           return talk != nullptr && find_way(talk->way).one_start;
         });
}

template <class S>
std::int64_t rows_per_worker(const Program<S>& program) {
  std::int64_t rows = 0;
  for (const Stage<S>& stage : program.round) {
    const auto* const talk = stage.template as<TalkStage>();
    rows += talk == nullptr ? 0 : find_way(talk->way).rows_per_worker;
  }
  return rows;
}

template <class S>
FieldSet fields_of_edges(const Program<S>& program) {
  FieldSet fields = 0;
  for (const Stage<S>& stage : program.round) {
    const auto* const talk = stage.template as<TalkStage>();
    if (talk != nullptr && find_way(talk->way).state_of_edges) {
      for (std::size_t k = 1; k < talk->fields.size(); ++k) {
        fields |= field_bit(talk->fields[k]);
      }
    }
  }
  return fields;
}

template bool needs_one_start(const Program<float>&);
template bool needs_one_start(const Program<double>&);
template std::int64_t rows_per_worker(const Program<float>&);
template std::int64_t rows_per_worker(const Program<double>&);
template FieldSet fields_of_edges(const Program<float>&);
template FieldSet fields_of_edges(const Program<double>&);
template std::int64_t rows_per_edge(const Program<float>&);
template std::int64_t rows_per_edge(const Program<double>&);
template bool needs_undirected_graph(const Program<float>&);
template bool needs_undirected_graph(const Program<double>&);

}  // namespace murmur::engine
