// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/error.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"

namespace murmur {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Failure{FailureKind::kInvalid, "5 is odd"};
  }
  return number / 2;
}

TEST(Result, HoldsAValueOrAFailure) {
  const Result<int> good = half(6);
  ASSERT_TRUE(good);
  EXPECT_EQ(good.value(), 3);
  const Result<int> bad = half(5);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.failure().kind, FailureKind::kInvalid);
  EXPECT_EQ(bad.failure().message, "5 is odd");
}

TEST(Result, GivesUpAValueThatOnlyMoves) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result);
  *result.value() += 1;
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 8);
}

TEST(Result, OfNothingIsAStatus) {
  EXPECT_TRUE(Status(Ok{}));
  EXPECT_FALSE(Status(Failure{FailureKind::kIo, "disk full"}));
}

TEST(Failure, GainsASentenceInEachLayer) {
  const Failure failure = Failure{FailureKind::kPeer, "silent"}.in("step 3").in("training");
  EXPECT_EQ(failure.kind, FailureKind::kPeer);
  EXPECT_EQ(failure.message, "training: step 3: silent");
}

TEST(UserError, CarriesItsExitCode) {
  EXPECT_EQ(UserError("typo").code(), ExitCode::kUsage);
  const UserError error("no such data", ExitCode::kData);
  EXPECT_EQ(error.code(), ExitCode::kData);
  EXPECT_EQ(std::string(error.what()), "no such data");
}

TEST(ExitCode, IsAContractWithScripts) {
  EXPECT_EQ(static_cast<int>(ExitCode::kDone), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kRunFailed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kData), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kDiverged), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kNetwork), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kCheckpoint), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
  EXPECT_EQ(static_cast<int>(ExitCode::kTerminated), 143);
}

TEST(ResultDeathTest, ShowsTheFailureWhenItIsIgnored) {
  EXPECT_DEATH(half(5).value(), "5 is odd");
  EXPECT_DEATH(static_cast<void>(half(6).failure()), "of a result that holds a value");
}

void fail_at_a_place() {
  const int a = 3;
  check_context().worker = 5;
  check_context().step = 70;
  check_context().seed = 9;
  MURMUR_CHECK(a < 2, "a = {}", a);
}

TEST(CheckDeathTest, PrintsValuesWorkerStepAndSeed) {
  EXPECT_DEATH(fail_at_a_place(),
               "error_test.cpp:[0-9]+: a < 2 is false: a = 3 \\(worker 5, step 70, seed 9\\)");
}

TEST(Check, ThrowsTheSameTextInALibrary) {
  set_check_action(CheckAction::kThrow);
  std::string text;
  try {
    fail_at_a_place();
  } catch (const FailedCheck& failed) {
    text = failed.what();
  }
  set_check_action(CheckAction::kAbort);
  check_context() = {};
  EXPECT_NE(text.find("a < 2 is false: a = 3 (worker 5, step 70, seed 9)"), std::string::npos)
      << text;
}

TEST(Check, LetsTruthPass) {
  MURMUR_CHECK(true, "not printed");
  EXPECT_EQ(check_context().worker, -1);
}

TEST(ExitCodes, FollowFromTheKindOfFailure) {
  EXPECT_EQ(exit_code(FailureKind::kInvalid), ExitCode::kUsage);
  EXPECT_EQ(exit_code(FailureKind::kMissing), ExitCode::kData);
  EXPECT_EQ(exit_code(FailureKind::kDamaged), ExitCode::kData);
  EXPECT_EQ(exit_code(FailureKind::kMismatch), ExitCode::kCheckpoint);
  EXPECT_EQ(exit_code(FailureKind::kIo), ExitCode::kRunFailed);
  EXPECT_EQ(exit_code(FailureKind::kPeer), ExitCode::kNetwork);
  EXPECT_EQ(exit_code(FailureKind::kDiverged), ExitCode::kDiverged);
}

}  // namespace
}  // namespace murmur
