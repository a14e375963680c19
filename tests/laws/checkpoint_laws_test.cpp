// SPDX-License-Identifier: Apache-2.0
// Resuming at any step equals never having stopped, bit for bit, for every registered algorithm and
// for any ownership of the workers before and after.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/checkpoint/checkpoint.h"
#include "tests/support/compressed.h"
#include "tests/support/outer_variants.h"
#include "tests/support/process_world.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1};

template <class S>
RunSpec<S> spec_of(const Variant& variant, const std::string& topology) {
  const Program<S> program = variant.algorithm->program<S>(variant.options);
  return {.program = program,
          .topology = topology_for(program, topology, kWorkers),
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

// Takes the remaining steps; returns the final state of every process, one after the other.
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

checkpoint::CheckpointPlace place_of(const TemporaryFolder& folder, std::size_t stop) {
  return {.folder = folder.path() / std::to_string(stop), .config_digest = "d"};
}

// Saves before every step in one world, and resumes from each of these checkpoints in another.
template <class S>
void expect_resumes(const RunSpec<S>& spec, const World& before, const World& after) {
  const TemporaryFolder folder;
  const End straight = end_of(spec, World{}, 0, [](engine::Engine<S>&) {});
  in_world(spec, before, [&](engine::Engine<S>& engine, int /*process*/) {
    for (std::size_t stop = 0; stop < kRates.size(); ++stop) {
      const Status saved = checkpoint::save_checkpoint(engine, place_of(folder, stop));
      EXPECT_TRUE(saved) << saved.failure().message;
      take_steps(engine, stop, stop + 1);
    }
    EXPECT_TRUE(engine.settle());  // an engine takes no message any more once it is gone
  });
  for (std::size_t stop = 0; stop < kRates.size(); ++stop) {
    const End resumed = end_of(spec, after, stop, [&](engine::Engine<S>& engine) {
      const auto restored = checkpoint::restore_checkpoint(engine, place_of(folder, stop));
      ASSERT_TRUE(restored) << restored.failure().message;
      EXPECT_EQ(restored.value().step, static_cast<std::int64_t>(stop));
      EXPECT_TRUE(restored.value().notes.empty());
    });
    expect_same(resumed, straight, stop);
  }
}

class EveryAlgorithmsCheckpoint : public ::testing::TestWithParam<Variant> {};

TEST_P(EveryAlgorithmsCheckpoint, ResumesAsIfItHadNeverStopped) {
  const auto spec = spec_of<float>(GetParam(), "ring");
  expect_resumes(spec, World{}, World{});
}

TEST_P(EveryAlgorithmsCheckpoint, ResumesWithItsWorkersElsewhere) {
  const auto spec = spec_of<double>(GetParam(), "one-peer-exponential");
  expect_resumes(spec, World{.ownership = {1, 3}}, World{.ownership = {2, 1, 1}});
  expect_resumes(spec, World{.ownership = {2, 2}}, World{});
  expect_resumes(spec, World{}, World{.ownership = {1, 1, 2}});
}

TEST_P(EveryAlgorithmsCheckpoint, StartsAgainAsIfItHadTakenNoStep) {
  const auto spec = spec_of<float>(GetParam(), "one-peer-exponential");
  const End straight = end_of(spec, World{}, 0, [](engine::Engine<float>&) {});
  const World shared{.ownership = {1, 3}, .shares_memory = true};
  for (const World& world : {World{}, World{.ownership = {2, 1, 1}}, shared}) {
    const End again = end_of(spec, world, 0, [](engine::Engine<float>& engine) {
      take_steps(engine, 0, 4);
      ASSERT_TRUE(engine.settle());
      engine.restart();
    });
    expect_same(again, straight, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Checkpoint,
                         EveryAlgorithmsCheckpoint,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

class EveryCompressionsCheckpoint : public ::testing::TestWithParam<Compressed> {};

INSTANTIATE_TEST_SUITE_P(Checkpoint,
                         EveryCompressionsCheckpoint,
                         ::testing::ValuesIn(compressed_variants()),
                         [](const auto& info) { return test_name_of(info.param); });

// Copies of remote workers are not saved.
TEST_P(EveryCompressionsCheckpoint, ResumesWithItsWorkersElsewhere) {
  auto spec = spec_of<float>(GetParam().variant, "ring");
  spec.compression = GetParam().compression<float>(0, 2);
  expect_resumes(spec, World{.ownership = {1, 3}}, World{.ownership = {2, 1, 1}});
  expect_resumes(spec, World{}, World{.ownership = {1, 1, 2}});
}

// Short programs with an outer step: in all their phases, with messages in flight, which an outer
// step drains completely, and with workers split over engines before and after.
class EveryOuterStepsCheckpoint : public ::testing::TestWithParam<Variant> {};

std::vector<Variant> outer_bases() {
  std::vector<Variant> all = variants();
  std::erase_if(all, [](const Variant& v) {
    const bool covers = v.label == "adam" || v.label == "dsgdm-n-gt" || v.label == "d2" ||
                        v.label == "qg-dsgdm buffer_period=3" || v.label == "ad-psgd" ||
                        v.label == "allreduce-sgd momentum=0.9" || v.algorithm->name == "sgp" ||
                        v.algorithm->name == "osgp";
    return !covers;
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Checkpoint,
                         EveryOuterStepsCheckpoint,
                         ::testing::ValuesIn(outer_bases()),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EveryOuterStepsCheckpoint, ResumesAtEveryStepWithItsWorkersElsewhere) {
  auto spec = spec_of<float>(GetParam(), "ring");
  const bool one_model = spec.program.keeps_one_model();
  const std::vector<std::pair<World, World>> worlds{
      {World{.ownership = {2, 2}}, World{.ownership = {1, 3}}},
      {World{}, World{.ownership = {1, 2, 1}}},
      {World{.ownership = {1, 1, 2}}, World{}}};
  std::size_t world = 0;
  for (const OuterVariant& variant : outer_variants(one_model)) {
    spec.program = with_outer_of(variant, GetParam());
    const auto& [before, after] = worlds[world++ % worlds.size()];
    expect_resumes(spec, before, after);
    ASSERT_FALSE(HasFailure()) << variant.label;
  }
}

TEST(Checkpoint, KeepsTheStateOfEveryOuterStep) {
  for (const algorithms::OuterStep& outer : algorithms::outer_steps()) {
    OptionValues options(outer.options);
    options.set("period", std::int64_t{3});
    for (const char* base : {"dsgdm", "adam"}) {
      const algorithms::Algorithm* algorithm = algorithms::find_algorithm(base);
      const Variant variant{base, algorithm, OptionValues(algorithm->options)};
      auto spec = spec_of<float>(variant, "ring");
      for (const bool starts_differ : {false, true}) {
        SCOPED_TRACE(outer.name + " over " + base);
        spec.program = algorithms::with_outer(
            algorithm->program<float>(variant.options), outer, options, starts_differ);
        expect_resumes(spec, World{.ownership = {2, 2}}, World{.ownership = {1, 3}});
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
      auto spec = spec_of<double>(variant, "ring");
      spec.topology = star;
      if (spec.program.numerator()) {
        expect_resumes(spec, World{.ownership = {2, 2}}, World{.ownership = {3, 1}});
        ++seen;
      }
    }
    EXPECT_GT(seen, 1);
  }
}

}  // namespace
}  // namespace murmur::testing
