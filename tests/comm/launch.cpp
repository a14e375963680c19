// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/launch/tcp_launch.h"

namespace murmur::comm {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
  return [variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

Result<Launch> detect(const Variables& variables) {
  return detect_launch(environment_of(variables));
}

Launch detected(const Variables& variables) {
  const Result<Launch> launch = detect(variables);
  if (!launch) {
    ADD_FAILURE() << launch.failure().message;
    return {};
  }
  return launch.value();
}

// The message of a launch that is refused.
std::string refusal(const Variables& variables) {
  const Result<Launch> launch = detect(variables);
  if (launch) {
    return "was not refused";
  }
  EXPECT_EQ(launch.failure().kind, FailureKind::kMismatch);
  return launch.failure().message;
}

Variables operator+(Variables a, const Variables& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// What the launchers set in process `process` of `processes`.
Variables open_mpi(int process, int processes) {
  return {{"OMPI_COMM_WORLD_RANK", std::to_string(process)},
          {"OMPI_COMM_WORLD_SIZE", std::to_string(processes)},
          {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
          {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
          {"PMIX_RANK", std::to_string(process)},
          {"PMIX_NAMESPACE", "1923284993"}};
}

Variables mpich(int process, int processes) {
  return {{"PMI_RANK", std::to_string(process)},
          {"PMI_SIZE", std::to_string(processes)},
          {"MPI_LOCALRANKID", "1"},
          {"MPI_LOCALNRANKS", "3"}};
}

Variables torchrun(int process, int processes) {
  return {{"RANK", std::to_string(process)},
          {"WORLD_SIZE", std::to_string(processes)},
          {"LOCAL_RANK", "0"},
          {"MASTER_ADDR", "node1"},
          {"MASTER_PORT", "29500"}};
}

// Slurm's numbers without its job: only a script could have left them.
Variables slurm(int process, int processes) {
  return {{"SLURM_PROCID", std::to_string(process)},
          {"SLURM_NTASKS", std::to_string(processes)},
          {"SLURM_LOCALID", "0"}};
}

Variables slurm_step(int process, int processes) {
  return slurm(process, processes) + Variables{{"SLURM_JOB_ID", "17"},
                                               {"SLURM_STEP_ID", "0"},
                                               {"SLURM_STEP_NUM_TASKS", std::to_string(processes)}};
}

Variables batch_script(int tasks) {
  return slurm(0, tasks) + Variables{{"SLURM_JOB_ID", "17"}};
}

Variables pmix(int process, const std::string& name_space) {
  return {{"PMIX_RANK", std::to_string(process)}, {"PMIX_NAMESPACE", name_space}};
}

void expect_alone(const Variables& variables) {
  const Launch launch = detected(variables);
  EXPECT_EQ(launch.library, MpiLibrary::kNone);
  EXPECT_EQ(launch.process, 0);
  EXPECT_EQ(launch.processes, 1);
  EXPECT_EQ(launch.local_processes, 1);
  EXPECT_EQ(launch.sources.empty(), variables.empty());
}

TEST(Launch, WithoutALauncherIsAlone) {
  expect_alone({});
  EXPECT_TRUE(detected({{"RANK", "3"}, {"WORLD_SIZE", "4"}}).sources.empty())
      << "words that are not only torchrun's";
  EXPECT_TRUE(detected({{"PMI_RANK", ""}, {"PMI_SIZE", ""}}).sources.empty());
}

TEST(Launch, ByMpirunIsAWorldOfOpenMpi) {
  const Launch launch = detected(open_mpi(3, 4));
  EXPECT_EQ(launch.library, MpiLibrary::kOpenMpi);
  EXPECT_EQ(launch.process, 3);
  EXPECT_EQ(launch.processes, 4);
  EXPECT_EQ(launch.local_processes, 2);
  ASSERT_EQ(launch.sources.size(), 1U) << "mpirun's own PMIX_RANK is not a second launcher";
  EXPECT_EQ(launch.sources[0].name, "mpirun of Open MPI");
  EXPECT_EQ(launch.sources[0].process, 3);
  EXPECT_EQ(launch.sources[0].processes, 4);
  EXPECT_THAT(launch.sources[0].variables,
              ElementsAre("OMPI_COMM_WORLD_RANK=3",
                          "OMPI_COMM_WORLD_SIZE=4",
                          "OMPI_COMM_WORLD_LOCAL_RANK=0",
                          "OMPI_COMM_WORLD_LOCAL_SIZE=2"));
}

TEST(Launch, ByMpiexecIsAWorldOfMpich) {
  const Launch launch = detected(mpich(2, 6));
  EXPECT_EQ(launch.library, MpiLibrary::kMpich);
  EXPECT_EQ(launch.process, 2);
  EXPECT_EQ(launch.processes, 6);
  EXPECT_EQ(launch.local_processes, 3);
  const Launch by_srun =
      detected(Variables{{"PMI_RANK", "2"}, {"PMI_SIZE", "6"}} + slurm_step(2, 6));
  EXPECT_EQ(by_srun.library, MpiLibrary::kMpich);
  EXPECT_EQ(by_srun.processes, 6);
  EXPECT_EQ(by_srun.local_processes, 1) << "nobody says";
  EXPECT_EQ(by_srun.sources.size(), 2U);
}

TEST(Launch, BySrunWithPmixIsAWorldOfOpenMpi) {
  const Launch launch = detected(pmix(1, "slurm.pmix.17.0") + slurm_step(1, 8));
  EXPECT_EQ(launch.library, MpiLibrary::kOpenMpi);
  EXPECT_EQ(launch.process, 1);
  EXPECT_EQ(launch.processes, 8);
  expect_alone(pmix(0, "slurm.pmix.17.0") + slurm_step(0, 1));
}

TEST(Launch, ByPrunHasASizeThatOnlyMpiKnows) {
  // prun in a batch script, on a host of its daemons, and without Slurm.
  for (const Variables& around : {batch_script(2), slurm_step(3, 9), Variables{}}) {
    const Launch launch = detected(pmix(3, "prterun-node1@1") + around);
    EXPECT_EQ(launch.library, MpiLibrary::kOpenMpi);
    EXPECT_EQ(launch.process, 3);
    EXPECT_EQ(launch.processes, -1);
  }
  // A daemon of another number than the process, where the namespace says nothing.
  EXPECT_EQ(detected(pmix(3, "") + slurm_step(1, 9)).processes, -1);
  EXPECT_EQ(detected(pmix(0, "") + batch_script(9)).processes, -1);
}

TEST(Launch, OfOneProcessNeedsNoMpi) {
  expect_alone(open_mpi(0, 1));
  expect_alone(mpich(0, 1));
  expect_alone(torchrun(0, 1));
  expect_alone(slurm(0, 1));
  expect_alone(slurm_step(0, 1));
  expect_alone(batch_script(1));
  expect_alone({{"SLURM_JOB_ID", "17"}, {"SLURM_PROCID", "0"}});  // sbatch without --ntasks
  // salloc, whose shell is a step of one task of a job of several.
  Variables shell = slurm_step(0, 1);
  shell["SLURM_NTASKS"] = "4";
  expect_alone(shell);
}

TEST(Launch, ByMpirunInABatchScriptIsNotThatOfTheScript) {
  for (const Variables& launched : {open_mpi(1, 4), mpich(1, 4)}) {
    // In the script's own variables, and in those of the daemons that srun started elsewhere.
    for (const Variables& around : {batch_script(2), slurm_step(1, 2)}) {
      const Launch launch = detected(launched + around);
      EXPECT_EQ(launch.process, 1);
      EXPECT_EQ(launch.processes, 4);
      ASSERT_EQ(launch.sources.size(), 2U);
      EXPECT_THAT(launch.sources[1].variables, Contains("SLURM_NTASKS=2"));
    }
    EXPECT_THAT(refusal(launched + slurm(3, 2)), HasSubstr("SLURM_PROCID=3 is not below"));
  }
}

TEST(Launch, BySrunWithoutMpiIsRefused) {
  EXPECT_THAT(refusal(slurm_step(1, 4)),
              AllOf(HasSubstr("SLURM_STEP_NUM_TASKS=4"), HasSubstr("srun --mpi=pmix murmur")));
  // Worlds of one inside of each task are no better.
  EXPECT_THAT(refusal(slurm_step(1, 4) + torchrun(0, 1)), HasSubstr("SLURM_STEP_NUM_TASKS=4"));
}

TEST(Launch, OfTheBatchScriptItselfIsRefused) {
  for (const Variables& variables :
       {batch_script(4),
        slurm(0, 4),
        Variables{{"SLURM_JOB_ID", "17"}, {"SLURM_NTASKS", "4"}}}) {  // a shell of salloc
    EXPECT_THAT(refusal(variables),
                AllOf(HasSubstr("SLURM_NTASKS=4"),
                      HasSubstr("srun --mpi=pmix murmur"),
                      HasSubstr("mpirun murmur"),
                      HasSubstr("env -u SLURM_NTASKS murmur")));
  }
}

std::string place_of(const Variables& variables) {
  const auto place = tcp_place(environment_of(variables));
  if (!place) {
    return place.failure().message;
  }
  return place.value() ? name_of(*place.value()) : "none";
}

TEST(Launch, ByTorchrunMeetsBesideItsStore) {
  const Variables variables =
      torchrun(1, 4) + Variables{{"TORCHELASTIC_RUN_ID", "a"}, {"LOCAL_WORLD_SIZE", "2"}};
  const Launch launch = detected(variables);
  EXPECT_TRUE(is_over_tcp(launch) && !is_alone(launch));
  EXPECT_EQ(launch.process, 1);
  EXPECT_EQ(launch.processes, 4);
  EXPECT_EQ(launch.local_processes, 2);
  const TcpPlace place = tcp_place(environment_of(variables)).value().value();
  EXPECT_EQ(place.process, 1);
  EXPECT_EQ(place.processes, 4);
  EXPECT_EQ(place.run, "a.");
  EXPECT_EQ(name_of(place), "node1:29501");
  EXPECT_EQ(connection_of(launch, environment_of(variables)), "TCP at node1:29501");
  EXPECT_EQ(detected(torchrun(1, 4) + batch_script(4)).processes, 4);
  const Variables by_hand{{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"LOCAL_RANK", "0"}};
  EXPECT_EQ(place_of(by_hand + Variables{{"MURMUR_PORT", "7000"}}), "127.0.0.1:7000");
  EXPECT_EQ(place_of(torchrun(1, 4) + Variables{{"MURMUR_PORT", "7000"}}), "node1:7000");
  EXPECT_EQ(place_of(torchrun(0, 1)), "none");
  EXPECT_FALSE(is_over_tcp(detected(open_mpi(1, 4) + torchrun(1, 4)))) << "MPI, where there is one";
}

TEST(Launch, ByTorchrunWithoutAPlaceIsRefused) {
  const Variables none{{"WORLD_SIZE", "3"}, {"RANK", "0"}, {"TORCHELASTIC_RUN_ID", "a"}};
  EXPECT_THAT(refusal(none), HasSubstr("neither MASTER_PORT nor MURMUR_PORT"));
  EXPECT_THAT(refusal(none + Variables{{"MASTER_PORT", "65535"}}), HasSubstr("from 1 to 65534"));
  EXPECT_THAT(refusal(none + Variables{{"MURMUR_PORT", "x"}}), HasSubstr("MURMUR_PORT=x"));
  EXPECT_THAT(refusal({{"WORLD_SIZE", "3"}, {"MASTER_ADDR", "a"}}), HasSubstr("without RANK"));
}

TEST(Launch, MayCarryTorchrunsVariablesThatAgree) {
  EXPECT_EQ(detected(open_mpi(1, 4) + torchrun(1, 4)).processes, 4);
  EXPECT_EQ(detected(mpich(1, 4) + Variables{{"WORLD_SIZE", "4"}, {"MASTER_ADDR", "a"}}).process,
            1);
  // Only compared: a size that a script exports does not make up for PMIx's silence.
  const Launch launch = detected(pmix(0, "prterun-1") + torchrun(0, 1));
  EXPECT_EQ(launch.processes, -1);
  EXPECT_EQ(launch.library, MpiLibrary::kOpenMpi);
  EXPECT_THAT(refusal(pmix(1, "slurm.pmix.17.0") + slurm_step(1, 4) + torchrun(1, 2)),
              AllOf(HasSubstr("SLURM_STEP_NUM_TASKS=4"), HasSubstr("WORLD_SIZE=2")));
}

TEST(Launch, ThatContradictsItselfNamesBothVariables) {
  EXPECT_THAT(refusal(open_mpi(1, 4) + mpich(1, 2)),
              HasSubstr("OMPI_COMM_WORLD_SIZE=4 but PMI_SIZE=2"));
  EXPECT_THAT(refusal(mpich(1, 4) + torchrun(2, 4)), HasSubstr("PMI_RANK=1 but RANK=2"));
  EXPECT_THAT(refusal(pmix(1, "") + slurm(2, 4)), HasSubstr("PMIX_RANK=1 but SLURM_PROCID=2"));
  EXPECT_THAT(refusal(open_mpi(1, 4) + mpich(1, 4) + torchrun(1, 8)),
              HasSubstr("OMPI_COMM_WORLD_SIZE=4 but WORLD_SIZE=8"));
}

TEST(Launch, WithValuesThatAreNoNumbersIsRefused) {
  for (const char* value : {"x", "-1", "1x", " 1", "1.0", "99999999999"}) {
    const std::string text = value;
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"}) {
      Variables variables = open_mpi(0, 2);
      variables[name] = text;
      EXPECT_THAT(refusal(variables), HasSubstr(std::string(name) + "=" + text)) << text;
    }
    EXPECT_THAT(refusal({{"PMIX_RANK", text}}), HasSubstr("PMIX_RANK=" + text));
  }
  EXPECT_THAT(refusal({{"PMI_RANK", "0"}, {"PMI_SIZE", "0"}}), HasSubstr("PMI_SIZE=0"));
  EXPECT_THAT(refusal({{"SLURM_NTASKS", "0"}}), HasSubstr("SLURM_NTASKS=0 is no number"));
  Variables inherited = batch_script(2) + open_mpi(1, 4);
  inherited["SLURM_NTASKS"] = "many";
  EXPECT_EQ(detected(inherited).processes, 4) << "what does not count is not held to anything";
}

TEST(Launch, WithHalfOfItsNumbersIsRefused) {
  EXPECT_THAT(refusal({{"OMPI_COMM_WORLD_RANK", "1"}}),
              HasSubstr("OMPI_COMM_WORLD_RANK=1 without OMPI_COMM_WORLD_SIZE"));
  EXPECT_THAT(refusal({{"PMI_SIZE", "4"}}), HasSubstr("PMI_SIZE=4 without PMI_RANK"));
  EXPECT_THAT(refusal({{"RANK", "1"}, {"LOCAL_RANK", "1"}}),
              HasSubstr("RANK=1 without WORLD_SIZE"));
  EXPECT_THAT(refusal({{"SLURM_PROCID", "1"}}), HasSubstr("SLURM_PROCID=1 without SLURM_NTASKS"));
  EXPECT_THAT(refusal({{"SLURM_PROCID", "1"}, {"SLURM_JOB_ID", "17"}, {"SLURM_STEP_ID", "0"}}),
              HasSubstr("SLURM_PROCID=1 without SLURM_NTASKS"));
}

TEST(Launch, WithAProcessNotBelowItsSizeIsRefused) {
  EXPECT_THAT(refusal(mpich(4, 4)), HasSubstr("PMI_RANK=4 is not below PMI_SIZE=4"));
  EXPECT_THAT(refusal(torchrun(1, 1)), HasSubstr("RANK=1 is not below WORLD_SIZE=1"));
}

// The launchers whose numbers are about this process whatever else is set.
using Maker = Variables (*)(int process, int processes);
constexpr std::array<Maker, 4> kMakers{open_mpi, mpich, slurm, torchrun};

struct Place {
  int process;
  int processes;
  bool operator==(const Place&) const = default;
};

std::vector<Place> places() {
  std::vector<Place> all;
  for (int processes = 1; processes <= 4; ++processes) {
    for (int process = 0; process < processes; ++process) {
      all.push_back({process, processes});
    }
  }
  return all;
}

void expect_refused_unless_equal(Maker one, Maker other) {
  for (const Place& a : places()) {
    for (const Place& b : places()) {
      const Result<Launch> launch =
          detect(one(a.process, a.processes) + other(b.process, b.processes));
      ASSERT_EQ(static_cast<bool>(launch), a == b)
          << a.process << " of " << a.processes << ", " << b.process << " of " << b.processes;
      if (launch) {
        EXPECT_EQ(launch.value().process, a.process);
        EXPECT_EQ(launch.value().processes, a.processes);
        EXPECT_EQ(launch.value().sources.size(), 2U);
        EXPECT_EQ(launch.value().library == MpiLibrary::kNone, a.processes == 1);
      }
    }
  }
}

// One of them an MPI launcher, which two that are none do not replace.
TEST(Launch, OfTwoSourcesIsRefusedExactlyWhereTheyDisagree) {
  for (const std::size_t mpi : {0U, 1U}) {
    for (std::size_t other = mpi + 1; other < kMakers.size(); ++other) {
      SCOPED_TRACE(::testing::Message() << "launchers " << mpi << " and " << other);
      expect_refused_unless_equal(kMakers[mpi], kMakers[other]);
    }
  }
}

TEST(Launch, OfPmixAndAnotherIsRefusedExactlyWhereTheProcessDiffers) {
  for (const Maker other : {mpich, slurm, torchrun}) {
    for (int process = 0; process < 4; ++process) {
      for (const Place& place : places()) {
        const auto launch = detect(pmix(process, "") + other(place.process, place.processes));
        EXPECT_EQ(static_cast<bool>(launch), process == place.process)
            << process << ", " << place.process << " of " << place.processes;
      }
    }
  }
}

TEST(Launch, KnowsTheNamesOfLibraries) {
  EXPECT_EQ(name_of(MpiLibrary::kOpenMpi), "Open MPI");
  EXPECT_EQ(name_of(MpiLibrary::kMpich), "MPICH");
  EXPECT_EQ(name_of(MpiLibrary::kNone), "none");
}

}  // namespace
}  // namespace murmur::comm
