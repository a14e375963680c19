// SPDX-License-Identifier: Apache-2.0
// Saving that is interrupted: by a full disk, by a kill, by another process.
#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/worlds/checkpoint_fixture.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// While it exists, no file of this process can grow beyond `bytes`, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    static_cast<void>(std::signal(SIGXFSZ, old_handler_));
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

TEST_F(CheckpointTest, OnAFullDiskLeavesTheOnesBefore) {
  save_at({2});
  const auto before = content_of(folder());
  const auto bytes = std::filesystem::file_size(path_of(2, "workers-0-3.safetensors"));
  const Solo<double> solo(small_run<double>("dsgdm"));
  take_steps(*solo.engine, 4);
  // Too little for the rows, for the numbers beside them, for anything.
  for (const rlim_t room : {static_cast<rlim_t>(bytes - 1), rlim_t{100}, rlim_t{0}}) {
    Status saved = Ok{};
    {
      const FullDisk full(room);
      saved = checkpoint::save_checkpoint(*solo.engine, place(), extras(4));
    }
    ASSERT_FALSE(saved) << room;
    EXPECT_EQ(saved.failure().kind, FailureKind::kIo);
    EXPECT_THAT(saved.failure().message,
                AllOf(HasSubstr("checkpoint of step 4 is not saved"), HasSubstr("File too large")));
    EXPECT_EQ(content_of(folder()), before);
  }
  EXPECT_TRUE(checkpoint::save_checkpoint(*solo.engine, place()));
}

TEST_F(CheckpointTest, SaysWhereItCannotBeWritten) {
  std::ofstream(folder()) << "a file where the folder should be";
  const Solo<double> solo(small_run<double>("dsgdm"));
  const Status saved = checkpoint::save_checkpoint(*solo.engine, place());
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.failure().message, HasSubstr(folder().string()));
  EXPECT_FALSE(checkpoint::restore_checkpoint(*solo.engine, place()));
}

// A child process saves one checkpoint after the other and reports each; it is killed during the
// one after the n-th. At whatever point that is, the newest complete checkpoint is restored and
// correct.
TEST_F(CheckpointTest, SurvivesAKillAtAnyMoment) {
  for (std::int64_t reported = 1; reported <= 24; ++reported) {
    std::filesystem::remove_all(folder());
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      const Solo<double> solo(small_run<double>("dsgdm"));
      for (std::int64_t step = 1;; ++step) {
        take_steps(*solo.engine, step);
        const bool saved = static_cast<bool>(checkpoint::save_checkpoint(*solo.engine, place(1)));
        if (!saved || write(ends[1], "x", 1) != 1) {
          _exit(1);
        }
      }
    }
    ASSERT_GT(child, 0);
    close(ends[1]);
    char byte = 0;
    for (std::int64_t read_so_far = 0; read_so_far < reported; ++read_so_far) {
      ASSERT_EQ(read(ends[0], &byte, 1), 1);
    }
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    close(ends[0]);
    const Solo<double> solo(small_run<double>("dsgdm"));
    const auto restored = checkpoint::restore_checkpoint(*solo.engine, place(1));
    ASSERT_TRUE(restored) << restored.failure().message;
    EXPECT_GE(restored.value().step, reported);
    EXPECT_TRUE(restored.value().notes.empty());
    EXPECT_EQ(rows_of(*solo.engine), rows_at(restored.value().step));
  }
}

TEST_F(CheckpointTest, IgnoresAndDropsWhatAKillLeft) {
  save_at({2});
  // One that was complete but not yet renamed, and one that was being removed.
  std::filesystem::copy(path_of(2), folder() / ".step-9.tmp");
  std::filesystem::create_directories(folder() / ".step-1.old");
  const Solo<double> solo(small_run<double>("dsgdm"));
  const auto restored = checkpoint::restore_checkpoint(*solo.engine, place());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored.value().step, 2);
  take_steps(*solo.engine, 3);
  ASSERT_TRUE(checkpoint::save_checkpoint(*solo.engine, place()));
  EXPECT_FALSE(std::filesystem::exists(folder() / ".step-9.tmp"));
  EXPECT_FALSE(std::filesystem::exists(folder() / ".step-1.old"));
}

const World kTwoProcesses{.ownership = {2, 2}};

TEST_F(CheckpointTest, IsNotMadeWhereOneProcessCannotWrite) {
  in_world(small_run<double>("dsgdm"), kTwoProcesses, [&](Engine& engine, int process) {
    checkpoint::CheckpointPlace mine = place();
    if (process == 1) {
      mine.folder = temporary_.path() / "elsewhere";  // a folder that is not shared
    }
    const Status saved = checkpoint::save_checkpoint(engine, mine);
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.failure().message,
                HasSubstr(process == 0 ? "the process of workers 2 to 3 failed"
                                       : "No such file or directory"));
  });
  EXPECT_TRUE(content_of(folder()).empty());
}

TEST_F(CheckpointTest, IsRestoredAtTheSameStepByAllProcesses) {
  in_world(small_run<double>("dsgdm"), kTwoProcesses, [&](Engine& engine, int /*process*/) {
    for (const std::int64_t step : {2, 4}) {
      take_steps(engine, step);
      ASSERT_TRUE(checkpoint::save_checkpoint(engine, place()));
    }
  });
  // Only process 1 needs this file.
  std::filesystem::resize_file(path_of(4, "workers-2-3.safetensors"), 10);
  in_world(small_run<double>("dsgdm"), kTwoProcesses, [&](Engine& engine, int process) {
    const auto restored = checkpoint::restore_checkpoint(engine, place());
    ASSERT_TRUE(restored) << restored.failure().message;
    EXPECT_EQ(restored.value().step, 2);
    EXPECT_EQ(engine.counters().step, 2);
    EXPECT_THAT(restored.value().notes,
                ElementsAre(HasSubstr(process == 0 ? "another process found its part damaged"
                                                   : "workers-2-3.safetensors")));
  });
}

TEST_F(CheckpointTest, OfAnotherConfigurationStopsAllProcesses) {
  save_at({2});
  in_world(small_run<double>("dsgdm"), kTwoProcesses, [&](Engine& engine, int process) {
    checkpoint::CheckpointPlace mine = place();
    mine.config_digest = process == 1 ? "another" : mine.config_digest;
    const auto restored = checkpoint::restore_checkpoint(engine, mine);
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.failure().kind, FailureKind::kMismatch);
    EXPECT_EQ(engine.counters().step, 0);
  });
}

TEST_F(CheckpointTest, GivesEachProcessTheNumbersOfItsWorkers) {
  in_world(
      small_run<double>("dsgdm"), World{.ownership = {1, 3}}, [&](Engine& engine, int process) {
        const std::vector<double> mine =
            process == 0 ? std::vector<double>{10} : std::vector<double>{11, 12, 13};
        const checkpoint::Extras extras{.numbers = {}, .per_worker = {{"loss", mine}}, .texts = {}};
        ASSERT_TRUE(checkpoint::save_checkpoint(engine, place(), extras));
      });
  in_world(
      small_run<double>("dsgdm"), World{.ownership = {3, 1}}, [&](Engine& engine, int process) {
        const auto restored = checkpoint::restore_checkpoint(engine, place());
        ASSERT_TRUE(restored) << restored.failure().message;
        EXPECT_EQ(restored.value().extras.per_worker.at("loss"),
                  process == 0 ? (std::vector<double>{10, 11, 12}) : std::vector<double>{13});
      });
}

TEST_F(CheckpointTest, FailsAtOnceWhenAnotherProcessLeaves) {
  in_world(small_run<double>("dsgdm"), kTwoProcesses, [&](Engine& engine, int process) {
    if (process == 0) {
      const Status saved = checkpoint::save_checkpoint(engine, place());
      ASSERT_FALSE(saved);
      EXPECT_EQ(saved.failure().kind, FailureKind::kPeer);
      EXPECT_THAT(saved.failure().message, HasSubstr("process 1"));
    }
  });
  EXPECT_TRUE(content_of(folder()).empty());
}

}  // namespace
}  // namespace murmur::testing
