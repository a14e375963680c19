// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/records/run_folder.h"
#include "murmur/run/records/summary.h"
#include "tests/run/config_text.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;

class Folder : public ::testing::Test {
 protected:
  // The result of entering: a message and the exit code, or nothing.
  std::pair<std::string, ExitCode> refused(const std::vector<std::string>& set, bool resume) {
    try {
      enter(folder_, read(kTrainText, Purpose::kTrain, set), resume);
    } catch (const UserError& error) {
      return {error.what(), error.code()};
    }
    return {"", ExitCode::kDone};
  }

  void hold_run(const std::string& status) {
    begin(folder_, read(kTrainText, Purpose::kTrain));
    std::ofstream(folder_.summary()) << to_json(Summary{.name = "a", .status = status}).dump();
  }

  murmur::testing::TemporaryFolder parent_;
  RunFolder folder_{parent_.path() / "run"};
  Config config_ = read(kTrainText, Purpose::kTrain);
};

TEST_F(Folder, IsNewWhereThereIsNoRun) {
  EXPECT_EQ(enter(folder_, config_, false), Entrance::kNew);
  std::filesystem::create_directories(folder_.path);
  std::ofstream(folder_.path / "notes.txt") << "mine";
  EXPECT_EQ(enter(folder_, config_, false), Entrance::kNew);
}

TEST_F(Folder, IsShownWhereItHoldsThisRunFinished) {
  hold_run("finished");
  EXPECT_EQ(enter(folder_, config_, false), Entrance::kShow);
  EXPECT_EQ(enter(folder_, config_, true), Entrance::kResume);
}

TEST_F(Folder, IsRefusedWhereItHoldsAnotherRunOrHalfOfThisOne) {
  hold_run("finished");
  EXPECT_EQ(refused({"seed=9"}, false).second, ExitCode::kUsage);
  EXPECT_THAT(refused({"seed=9"}, false).first, HasSubstr("seed"));
  hold_run("stopped");
  EXPECT_EQ(refused({}, false).second, ExitCode::kUsage);
  EXPECT_THAT(refused({}, false).first, HasSubstr("no checkpoint"));
  std::filesystem::create_directories(folder_.checkpoint() / "step-5");
  EXPECT_THAT(refused({}, false).first, HasSubstr("--resume"));
}

TEST_F(Folder, IsRefusedForAFile) {
  std::ofstream(folder_.path) << "a file";
  EXPECT_EQ(refused({}, false).second, ExitCode::kUsage);
}

TEST_F(Folder, ResumesOnlyTheSameRun) {
  EXPECT_EQ(refused({}, true).second, ExitCode::kCheckpoint);
  hold_run("stopped");
  EXPECT_EQ(refused({}, true).second, ExitCode::kDone);
  EXPECT_EQ(refused({"threads=3", "evaluation.workers=1", "checkpoint.keep=4"}, true).second,
            ExitCode::kDone);
  EXPECT_EQ(refused({"data.folder=elsewhere"}, true).second, ExitCode::kDone);
  EXPECT_EQ(refused({"schedule.epochs=11"}, true).second, ExitCode::kDone);
  for (const auto& [set, key] : {std::pair{"schedule.epochs=9", "schedule.epochs"},
                                 std::pair{"data.alpha=1", "data.alpha"},
                                 std::pair{"algorithm.name=dsgd", "algorithm.name"},
                                 std::pair{"workers=8", "workers"}}) {
    const auto [message, code] = refused({set}, true);
    EXPECT_EQ(code, ExitCode::kCheckpoint) << set;
    EXPECT_THAT(message, HasSubstr(key));
  }
}

TEST_F(Folder, RefusesToResumeADamagedConfiguration) {
  hold_run("stopped");
  std::ofstream(folder_.config()) << "workers = ";
  EXPECT_EQ(refused({}, true).second, ExitCode::kCheckpoint);
  EXPECT_EQ(refused({}, false).second, ExitCode::kUsage);
}

}  // namespace
}  // namespace murmur::run
