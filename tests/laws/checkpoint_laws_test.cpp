// SPDX-License-Identifier: Apache-2.0
// Resuming equals never having stopped, bit for bit, for every registered algorithm, whoever owned
// the workers before and whoever owns them after.
#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/checkpoint/checkpoint.h"
#include "tests/support/process_world.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1};

template <class S>
RunSpec<S> spec_of(const Variant& variant,
                   const std::shared_ptr<const topology::Topology>& topology) {
  return {.program = variant.algorithm->program<S>(variant.options),
          .topology = topology,
          .problem =
              [] {
                return std::make_unique<RandomQuadratic<S>>(
                    kWorkers,
                    typename RandomQuadratic<S>::Kind{},
                    typename RandomQuadratic<S>::Shape{
                        .matrix_rows = 5, .matrix_columns = 7, .vector_size = 3});
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

template <class S>
void take_steps(engine::Engine<S>& engine, std::size_t first, std::size_t last) {
  for (std::size_t step = first; step < last; ++step) {
    ASSERT_TRUE(engine.step(kRates[step]));
  }
}

struct End {
  std::vector<std::vector<double>> rows;  // of all workers, in worker order
  engine::Counters counters;
};

// Takes the remaining steps; what every process ends with, one after the other.
template <class S, class Begin>
End end_of(const RunSpec<S>& spec, const World& world, std::size_t first, const Begin& begin) {
  const std::size_t processes = std::max<std::size_t>(1, world.ownership.size());
  std::vector<End> ends(processes);
  in_world(spec, world, [&](engine::Engine<S>& engine, int process) {
    begin(engine);
    take_steps(engine, first, kRates.size());
    End& end = ends[static_cast<std::size_t>(process)];
    for (const std::vector<S>& row : rows_of(engine)) {
      end.rows.emplace_back(row.begin(), row.end());
    }
    end.counters = engine.counters();
  });
  End all = ends[0];
  for (std::size_t p = 1; p < processes; ++p) {
    all.rows.insert(all.rows.end(), ends[p].rows.begin(), ends[p].rows.end());
  }
  return all;
}

void expect_same(const End& resumed, const End& straight, std::size_t stop) {
  EXPECT_EQ(resumed.rows, straight.rows) << "stopped after " << stop;
  EXPECT_EQ(resumed.counters.step, straight.counters.step);
  EXPECT_EQ(resumed.counters.age, straight.counters.age);
  EXPECT_EQ(resumed.counters.previous_lr, straight.counters.previous_lr);
  EXPECT_EQ(resumed.counters.bytes_sent, straight.counters.bytes_sent);
  EXPECT_EQ(resumed.counters.messages, straight.counters.messages);
  EXPECT_EQ(resumed.counters.push_weights, straight.counters.push_weights);
}

template <class S>
void expect_resumes(const RunSpec<S>& spec,
                    const World& before,
                    const World& after,
                    std::size_t stop) {
  const TemporaryFolder folder;
  const checkpoint::CheckpointPlace place{.folder = folder.path() / "checkpoint",
                                          .config_digest = "d"};
  const End straight = end_of(spec, World{}, 0, [](engine::Engine<S>&) {});
  in_world(spec, before, [&](engine::Engine<S>& engine, int /*process*/) {
    take_steps(engine, 0, stop);
    const Status saved = checkpoint::save_checkpoint(engine, place);
    EXPECT_TRUE(saved) << saved.failure().message;
  });
  const End resumed = end_of(spec, after, stop, [&](engine::Engine<S>& engine) {
    const auto restored = checkpoint::restore_checkpoint(engine, place);
    ASSERT_TRUE(restored) << restored.failure().message;
    EXPECT_EQ(restored.value().step, static_cast<std::int64_t>(stop));
    EXPECT_TRUE(restored.value().notes.empty());
  });
  expect_same(resumed, straight, stop);
}

class EveryAlgorithmsCheckpoint : public ::testing::TestWithParam<Variant> {};

TEST_P(EveryAlgorithmsCheckpoint, ResumesAsIfItHadNeverStopped) {
  const auto spec = spec_of<float>(GetParam(), topology_of("ring", kWorkers));
  for (const std::size_t stop : {std::size_t{0}, std::size_t{3}, kRates.size() - 1}) {
    expect_resumes(spec, World{}, World{}, stop);
  }
}

TEST_P(EveryAlgorithmsCheckpoint, ResumesWithItsWorkersElsewhere) {
  const auto spec = spec_of<double>(GetParam(), topology_of("one-peer-exponential", kWorkers));
  expect_resumes(spec, World{.ownership = {1, 3}}, World{.ownership = {2, 1, 1}}, 3);
  expect_resumes(spec, World{.ownership = {2, 2}}, World{}, 4);
  expect_resumes(spec, World{}, World{.ownership = {1, 1, 2}}, 5);
}

std::string test_name(const ::testing::TestParamInfo<Variant>& info) {
  std::string name = info.param.label;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Checkpoint,
                         EveryAlgorithmsCheckpoint,
                         ::testing::ValuesIn(variants()),
                         test_name);

TEST(Checkpoint, KeepsTheStateOfEveryOuterStep) {
  for (const algorithms::OuterStep& outer : algorithms::outer_steps()) {
    OptionValues options(outer.options);
    options.set("period", std::int64_t{3});
    for (const char* base : {"dsgdm", "adam"}) {
      const algorithms::Algorithm* algorithm = algorithms::find_algorithm(base);
      const Variant variant{base, algorithm, OptionValues(algorithm->options)};
      auto spec = spec_of<float>(variant, topology_of("ring", kWorkers));
      for (const bool starts_differ : {false, true}) {
        SCOPED_TRACE(outer.name + " over " + base);
        spec.program = algorithms::with_outer(
            algorithm->program<float>(variant.options), outer, options, starts_differ);
        expect_resumes(spec, World{.ownership = {2, 2}}, World{.ownership = {1, 3}}, 4);
      }
    }
  }
}

TEST(Checkpoint, KeepsWeightsOfPushSumThatAreNotOne) {
  for (const topology::TopologyInfo& info : topology::topologies()) {
    if (info.name != "star") {
      continue;
    }
    OptionValues options(info.options);
    options.set("weighting", std::string("out-degree"));
    const auto star = topology::make_topology("star", kWorkers, options, 1).value();
    int seen = 0;
    for (const Variant& variant : variants()) {
      const auto spec = spec_of<double>(variant, star);
      if (spec.program.numerator()) {
        expect_resumes(spec, World{.ownership = {2, 2}}, World{.ownership = {3, 1}}, 3);
        ++seen;
      }
    }
    EXPECT_GT(seen, 1);
  }
}

}  // namespace
}  // namespace murmur::testing
