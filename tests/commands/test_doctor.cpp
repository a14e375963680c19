// SPDX-License-Identifier: Apache-2.0
// murmur doctor: every section is there, every problem is named with its remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sched.h>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

using Environment = std::vector<std::string>;

Environment open_mpi(const std::string& process, const std::string& processes) {
  return {"OMPI_COMM_WORLD_RANK=" + process, "OMPI_COMM_WORLD_SIZE=" + processes};
}

json examine(const Desk& desk, const Environment& environment, int code = 0) {
  const Ran ran = desk.run({"doctor", "--json"}, environment);
  EXPECT_EQ(ran.code, code) << ran.err;
  EXPECT_EQ(ran.err, "");
  return json::parse(ran.out);
}

// The one problem that there is.
std::string problem(const json& found) {
  EXPECT_EQ(found["problems"].size(), 1U) << found["problems"];
  return found["problems"].empty() ? "" : found["problems"][0].get<std::string>();
}

TEST(Doctor, HasASectionForEverything) {
  const Desk desk;
  const Ran ran = desk.run({"doctor"}, {"MURMUR_SEED=7", "OMP_NUM_THREADS=3"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(lines_of(ran.out),
              IsSupersetOf({"machine",
                            "libraries",
                            "launch",
                            "environment",
                            "datasets",
                            "output",
                            "problems",
                            "  so               started alone",
                            "  MURMUR_SEED      7",
                            "  OMP_NUM_THREADS  3",
                            "  folder           runs, can be written",
                            "  nothing wrong found"}));
  for (const char* label : {"processor",
                            "cores",
                            "memory",
                            "torch",
                            "matrix products",
                            "Open MPI",
                            "MPICH",
                            "cifar10"}) {
    EXPECT_THAT(lines_of(ran.out), Contains(HasSubstr(std::string("  ") + label + " ")));
  }
}

TEST(Doctor, GivesJsonAndNothingElse) {
  const Desk desk;
  const json found = examine(desk, {"MURMUR_SEED=7"});
  EXPECT_EQ("murmur " + found["version"].get<std::string>() + "\n", desk.run({"--version"}).out);
  EXPECT_THAT(found["problems"], IsEmpty());
  EXPECT_EQ(found["environment"]["MURMUR_SEED"], "7");
  const json& machine = found["machine"];
  EXPECT_NE(machine["processor"], "");
  EXPECT_GE(machine["usable_cores"], 1);
  EXPECT_GE(machine["cores"], machine["usable_cores"]);
  EXPECT_GT(machine["available_bytes"], 0);
  EXPECT_GT(machine["memory_bytes"], machine["available_bytes"]);
  EXPECT_TRUE(found["torch"].is_string());
  for (const json& version : {found["matmul"], found["mpi"]["Open MPI"], found["mpi"]["MPICH"]}) {
    EXPECT_NE(version.at("version").is_null(), version.at("trouble").is_null());
  }
  EXPECT_EQ(found["launch"],
            json({{"sources", json::array()},
                  {"agrees", true},
                  {"library", "none"},
                  {"process", 0},
                  {"processes", 1},
                  {"local_processes", 1}}));
  EXPECT_EQ(found["output"]["writable"], true);
  EXPECT_GT(found["output"]["free_bytes"], 0);
}

TEST(Doctor, CountsTheCoresThatItMayUse) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  int core = 0;
  while (!CPU_ISSET(core, &before)) {
    ++core;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Desk desk;
  EXPECT_EQ(examine(desk, {})["machine"]["usable_cores"], 1);
  EXPECT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(Doctor, ReportsAContradictionAndEndsWithTwo) {
  const Desk desk;
  Environment both = open_mpi("1", "4");
  both.insert(both.end(), {"PMI_RANK=1", "PMI_SIZE=2"});
  const json found = examine(desk, both, 2);
  EXPECT_THAT(problem(found), HasSubstr("OMPI_COMM_WORLD_SIZE=4 but PMI_SIZE=2"));
  const json& launch = found["launch"];
  EXPECT_EQ(launch["agrees"], false);
  EXPECT_EQ(launch["trouble"], problem(found));
  ASSERT_EQ(launch["sources"].size(), 2U);
  EXPECT_EQ(launch["sources"][0]["name"], "mpirun of Open MPI");
  EXPECT_EQ(launch["sources"][1]["variables"], json({"PMI_RANK=1", "PMI_SIZE=2"}));
  EXPECT_EQ(launch["sources"][1]["processes"], 2);
  const Ran text = desk.run({"doctor"}, both);
  EXPECT_EQ(text.code, 2);
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("  found            mpirun of Open MPI: OMPI_COMM_WORLD_RANK=1"),
                    HasSubstr("refused"),
                    HasSubstr("OMPI_COMM_WORLD_SIZE=4 but PMI_SIZE=2"),
                    Not(HasSubstr("nothing wrong"))));
}

TEST(Doctor, IsSilentInEveryProcessButTheFirst) {
  const Desk desk;
  const Ran second = desk.run({"doctor"}, open_mpi("1", "2"));
  EXPECT_EQ(second.code, 0);
  EXPECT_EQ(second.out, "");
  EXPECT_EQ(second.err, "");
  const Ran first = desk.run({"doctor"}, open_mpi("0", "2"));
  EXPECT_EQ(first.code, 0);
  EXPECT_THAT(first.out, HasSubstr("process 0 of 2, by Open MPI"));
  const Ran one = desk.run({"doctor"}, open_mpi("0", "1"));
  EXPECT_THAT(one.out, HasSubstr("one process, which needs no MPI"));
}

TEST(Doctor, MissesTheMpiThatTheLauncherSpeaksTo) {
  const Desk desk;
  for (const auto& [name, environment] :
       {std::pair{"Open MPI", open_mpi("0", "2")},
        std::pair{"MPICH", Environment{"PMI_RANK=0", "PMI_SIZE=2"}}}) {
    const json found = examine(desk, environment);
    EXPECT_EQ(found["launch"]["library"], name);
    if (found["mpi"][name]["version"].is_null()) {
      EXPECT_THAT(problem(found), AllOf(HasSubstr(name), HasSubstr("scripts/setup")));
    } else {
      EXPECT_THAT(found["problems"], IsEmpty());
    }
  }
}

TEST(Doctor, NamesTheNearestOfAnUnknownVariable) {
  const Desk desk;
  const json found = examine(desk, {"MURMUR_THREDS=3"});
  EXPECT_THAT(problem(found), AllOf(HasSubstr("MURMUR_THREDS"), HasSubstr("'MURMUR_THREADS'")));
  EXPECT_EQ(found["environment"]["MURMUR_THREDS"], "3");
  EXPECT_THAT(problem(examine(desk, {"MURMUR_TYPO=1"})), HasSubstr("MURMUR_TYPO"));
}

TEST(Doctor, NamesValuesThatNoCommandTakes) {
  const Desk desk;
  EXPECT_THAT(problem(examine(desk, {"MURMUR_THREADS=many"})), HasSubstr("MURMUR_THREADS=many"));
  EXPECT_THAT(problem(examine(desk, {"MURMUR_SEED=1.5"})), HasSubstr("MURMUR_SEED=1.5"));
  EXPECT_THAT(problem(examine(desk, {"MURMUR_DATA=nowhere"})), HasSubstr("MURMUR_DATA=nowhere"));
  EXPECT_EQ(desk.run({"doctor", "--set", "data.folder=x"}).code, 2);
}

TEST(Doctor, SaysWhetherResultsCanBeWritten) {
  const Desk desk;
  desk.write("file", "");
  const json found = examine(desk, {"MURMUR_OUTPUT=file/runs"});
  EXPECT_EQ(found["output"]["folder"], "file/runs");
  EXPECT_EQ(found["output"]["writable"], false);
  EXPECT_THAT(problem(found), AllOf(HasSubstr("file is no folder"), HasSubstr("--output")));
  const Ran asked = desk.run({"doctor", "--output", "deep/er"}, {"MURMUR_OUTPUT=file/runs"});
  EXPECT_THAT(asked.out, HasSubstr("  folder           deep/er, can be written\n"));
}

TEST(Doctor, SaysWhereDatasetsAre) {
  const Desk desk;
  for (const char* part : {"train", "t10k"}) {
    desk.write(std::string(part) + "-images-idx3-ubyte", "");
    desk.write(std::string(part) + "-labels-idx1-ubyte", "");
  }
  const std::string here = desk.path("").parent_path().string();
  int seen = 0;
  const json found = examine(desk, {"MURMUR_DATA=" + here});
  for (const json& dataset : found["datasets"]) {
    seen += dataset["name"] == "mnist" ? 1 : 0;
    if (dataset["name"] == "mnist") {
      EXPECT_EQ(dataset["found"], true);
      EXPECT_EQ(dataset["folder"], here);
    }
  }
  EXPECT_EQ(seen, 1);
  EXPECT_THAT(desk.run({"doctor"}, {"MURMUR_DATA=" + here}).out,
              AllOf(HasSubstr("  mnist            " + here), HasSubstr("not found; ")));
}

}  // namespace
}  // namespace murmur::testing
