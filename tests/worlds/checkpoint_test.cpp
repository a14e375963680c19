// SPDX-License-Identifier: Apache-2.0
// The content of a checkpoint, the treatment of damaged, foreign and missing ones, and which are
// kept.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "murmur/files/safetensors.h"
#include "tests/worlds/checkpoint_fixture.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST_F(CheckpointTest, IsMissingWhereThereIsNone) {
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.failure().kind, FailureKind::kMissing);
  EXPECT_THAT(restored.failure().message, HasSubstr("no checkpoint in " + folder().string()));
}

TEST_F(CheckpointTest, HasTensorsThatPythonReadsByTheirNames) {
  save_at({2});
  const auto reader = files::SafetensorsReader::open(path_of(2, "workers-0-3.safetensors")).value();
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const files::TensorInfo& tensor : reader.tensors()) {
    EXPECT_EQ(tensor.dtype, files::Dtype::kF64);
    shapes[tensor.name] = tensor.shape;
  }
  const std::map<std::string, std::vector<std::int64_t>> wanted{{"x/weight", {4, 5, 7}},
                                                                {"x/bias", {4, 3}},
                                                                {"momentum/weight", {4, 5, 7}},
                                                                {"momentum/bias", {4, 3}}};
  EXPECT_EQ(shapes, wanted);
  // Worker 2's row of the bias.
  std::vector<double> bias(3);
  ASSERT_TRUE(reader.read(*reader.find("x/bias"), 6, std::span(bias)));
  const Solo<double> solo(small_run<double>("dsgdm"));
  take_steps(*solo.engine, 2);
  const std::size_t offset = solo.engine->layout().tensors()[1].offset;
  const std::span<const double> row = solo.engine->row(0, 2).subspan(offset, 3);
  EXPECT_EQ(bias, std::vector<double>(row.begin(), row.end()));
}

TEST_F(CheckpointTest, KeepsOnceWhatTheWorkersShare) {
  in_world(small_run<float>("allreduce-sgd"),
           World{.ownership = {2, 2}},
           [&](engine::Engine<float>& engine, int /*process*/) {
             ASSERT_TRUE(checkpoint::save_checkpoint(engine, place()));
           });
  const auto first = files::SafetensorsReader::open(path_of(0, "workers-0-1.safetensors")).value();
  EXPECT_THAT(first.find("x/weight")->shape, ElementsAre(5, 7));
  const auto second = files::SafetensorsReader::open(path_of(0, "workers-2-3.safetensors")).value();
  EXPECT_EQ(second.find("x/weight"), nullptr);
}

TEST_F(CheckpointTest, GivesBackEveryCounterAndExtra) {
  const double odd = std::nextafter(0.1, 1);
  const checkpoint::Extras extras{
      .numbers = {{"best", {odd, -0.0, std::numeric_limits<double>::infinity()}}, {"none", {}}},
      .per_worker = {{"loss", {1, 2, 3, odd}}},
      .texts = {{"note", "caf\xc3\xa9 \"quoted\"\n"}}};
  engine::Counters saved;
  {
    const Solo<double> solo(small_run<double>("dsgdm"));
    ASSERT_TRUE(solo.engine->step(odd));
    saved = solo.engine->counters();
    ASSERT_TRUE(checkpoint::save_checkpoint(*solo.engine, place(), extras));
  }
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_TRUE(restored) << restored.failure().message;
  EXPECT_EQ(restored.value().extras.numbers, extras.numbers);
  EXPECT_TRUE(std::signbit(restored.value().extras.numbers.at("best")[1]));
  EXPECT_EQ(restored.value().extras.per_worker, extras.per_worker);
  EXPECT_EQ(restored.value().extras.texts, extras.texts);
  const engine::Counters& counters = solo.engine->counters();
  EXPECT_EQ(counters.step, 1);
  EXPECT_EQ(counters.age, saved.age);
  EXPECT_EQ(counters.previous_lr, odd);
  EXPECT_GT(counters.bytes_sent, 0);
  EXPECT_EQ(counters.bytes_sent, saved.bytes_sent);
  EXPECT_EQ(counters.messages, saved.messages);
}

TEST_F(CheckpointTest, RestoresTheNewest) {
  save_at({2, 9, 10});
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored.value().step, 10);
  EXPECT_EQ(rows_of(*solo.engine), rows_at(10));
}

struct Harm {
  std::string name;
  std::string file;
  std::string complaint;
  void (*harm)(const std::filesystem::path& file);
};

void flip_middle(const std::filesystem::path& path) {
  std::string bytes = bytes_of(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
}
void cut(const std::filesystem::path& path) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
}
void empty(const std::filesystem::path& path) {
  std::filesystem::resize_file(path, 0);
}
void drop(const std::filesystem::path& path) {
  std::filesystem::remove(path);
}
void drop_all(const std::filesystem::path& path) {
  std::filesystem::remove_all(path.parent_path());
  std::filesystem::create_directory(path.parent_path());
}
void take_from_another(const std::filesystem::path& path) {
  std::filesystem::copy_file(path.parent_path().parent_path() / "step-2" / path.filename(),
                             path,
                             std::filesystem::copy_options::overwrite_existing);
}

class HarmedCheckpoint : public CheckpointTest, public ::testing::WithParamInterface<Harm> {};

TEST_P(HarmedCheckpoint, IsPassedOverForTheOneBefore) {
  save_at({2, 4});
  GetParam().harm(path_of(4, GetParam().file));
  const auto before = content_of(folder());
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_TRUE(restored) << restored.failure().message;
  EXPECT_EQ(restored.value().step, 2);
  EXPECT_EQ(restored.value().extras.numbers.at("best")[0], 2);
  EXPECT_THAT(restored.value().notes,
              ElementsAre(AllOf(HasSubstr(path_of(4).parent_path().string()),
                                HasSubstr(GetParam().complaint))));
  EXPECT_EQ(rows_of(*solo.engine), rows_at(2));
  EXPECT_EQ(content_of(folder()), before);
}

TEST_P(HarmedCheckpoint, IsReportedWhereThereIsNoOther) {
  save_at({2, 4});
  GetParam().harm(path_of(4, GetParam().file));
  std::filesystem::remove_all(path_of(2));
  const auto before = content_of(folder());
  const Solo<double> solo(small_run<double>("dsgdm"));
  take_steps(*solo.engine, 1);
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.failure().kind, FailureKind::kDamaged);
  EXPECT_THAT(restored.failure().message,
              AllOf(HasSubstr("is whole"), HasSubstr(GetParam().complaint)));
  EXPECT_EQ(rows_of(*solo.engine), rows_at(1));
  EXPECT_EQ(content_of(folder()), before);
}

constexpr const char* kRowsFile = "workers-0-3.safetensors";

INSTANTIATE_TEST_SUITE_P(
    Damage,
    HarmedCheckpoint,
    ::testing::Values(
        Harm{"RowsFlipped", kRowsFile, "is damaged: its digest is", flip_middle},
        Harm{"RowsCut", kRowsFile, "no whole safetensors file", cut},
        Harm{"RowsEmpty", kRowsFile, "it has only 0 bytes", empty},
        Harm{"RowsGone", kRowsFile, "No such file", drop},
        Harm{"RowsOfAnotherStep", kRowsFile, "its digest is", take_from_another},
        Harm{"ExtrasFlipped", "extras.safetensors", "extras.safet", flip_middle},
        Harm{"ExtrasGone", "extras.safetensors", "No such file", drop},
        Harm{"ManifestFlipped", "manifest.json", "manifest.json", flip_middle},
        Harm{"ManifestEmpty", "manifest.json", "no valid JSON", empty},
        Harm{"ManifestGone", "manifest.json", "No such file", drop},
        Harm{"ManifestOfAnotherStep", "manifest.json", "is of step 2", take_from_another},
        Harm{"AllGone", "manifest.json", "No such file", drop_all}),
    [](const auto& about) { return about.param.name; });

template <class S>
std::string refusal(const RunSpec<S>& spec, const checkpoint::CheckpointPlace& place) {
  const Solo<S> solo(spec);
  const Rows<S> before = rows_of(*solo.engine);
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place);
  if (restored) {
    return "not refused";
  }
  EXPECT_EQ(restored.failure().kind, FailureKind::kMismatch);
  EXPECT_EQ(rows_of(*solo.engine), before);
  EXPECT_THAT(restored.failure().message, HasSubstr("step-2 cannot be restored"));
  return restored.failure().message;
}

TEST_F(CheckpointTest, OfAnotherRunIsRefusedByName) {
  save_at({1, 2});
  EXPECT_EQ(refusal(small_run<double>("dsgdm"), place()), "not refused");
  EXPECT_THAT(refusal(small_run<double>("dsgd"), place()),
              HasSubstr("it has the algorithm dsgdm, this run has dsgd"));
  EXPECT_THAT(refusal(small_run<float>("dsgdm"), place()),
              HasSubstr("it has the precision double, this run has single"));
  EXPECT_THAT(refusal(small_run<double>("dsgdm", 8), place()),
              HasSubstr("its tensor 'x/weight' is of another shape"));
  checkpoint::CheckpointPlace other = place();
  other.config_digest = "4567";
  EXPECT_THAT(refusal(small_run<double>("dsgdm"), other),
              HasSubstr("it has the configuration 0123, this run has 4567"));
  RunSpec<double> fewer = small_run<double>("dsgdm");
  fewer.topology = topology_of("ring", 3);
  fewer.problem = [] { return std::make_unique<RandomQuadratic<double>>(3); };
  EXPECT_THAT(refusal(fewer, place()), HasSubstr("it has workers: 4, this run has 3"));
  RunSpec<double> renamed = small_run<double>("dsgdm");
  renamed.program.fields[1].name = "velocity";
  EXPECT_THAT(refusal(renamed, place()), HasSubstr("it lacks the tensor 'velocity/weight'"));
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST_F(CheckpointTest, KeepsTheNewest) {
  save_at({1, 2, 3, 4}, 2);
  EXPECT_THAT(names_in(folder()), UnorderedElementsAre("step-3", "step-4"));
}

TEST_F(CheckpointTest, KeepsTheOneJustMadeBesideLaterOnes) {
  save_at({8, 9}, 1);
  save_at({3, 4}, 1);  // a run that was set back
  EXPECT_THAT(names_in(folder()), UnorderedElementsAre("step-4", "step-9"));
}

TEST_F(CheckpointTest, ReplacesOneOfItsStep) {
  save_at({2});
  flip_middle(path_of(2, kRowsFile));
  save_at({2});
  EXPECT_THAT(names_in(folder()), ElementsAre("step-2"));
  const Solo<double> solo(small_run<double>("dsgdm"));
  ASSERT_TRUE(checkpoint::restore_checkpoint(*solo.engine, place()));
  EXPECT_EQ(rows_of(*solo.engine), rows_at(2));
}

TEST_F(CheckpointTest, LeavesOtherFilesOfTheFolderAlone) {
  std::filesystem::create_directories(folder() / "step-x");
  std::filesystem::create_directories(folder() / "step-007");
  std::ofstream(folder() / "notes.txt") << "mine";
  save_at({1, 2, 3}, 1);
  EXPECT_THAT(names_in(folder()),
              UnorderedElementsAre("step-x", "step-007", "notes.txt", "step-3"));
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored.value().step, 3);
  EXPECT_TRUE(restored.value().notes.empty());
}

}  // namespace
}  // namespace murmur::testing
