// SPDX-License-Identifier: Apache-2.0
// Loops in processes of their own have the bits of a simulation.
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/own_loop/tables.h"
#include "tests/support/mpirun.h"

namespace murmur::testing {
namespace {

class OwnLoops : public ::testing::TestWithParam<Launcher> {};

INSTANTIATE_TEST_SUITE_P(Launchers,
                         OwnLoops,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

template <class S>
void add_simulations(const std::string& precision, std::map<std::string, std::string>& digests) {
  for (const Setting& setting : settings_of<S>()) {
    const std::string digest = digest_of_simulation<S>(setting, kWorkers, 2, kSteps);
    EXPECT_EQ(digest, digest_of_simulation<S>(setting, kWorkers, 1, kSteps)) << setting.name;
    digests[setting.name + precision + " step"] = digest;
    digests[setting.name + precision + " overlap"] = digest;
  }
}

const std::map<std::string, std::string>& simulated() {
  static const std::map<std::string, std::string> kDigests = [] {
    std::map<std::string, std::string> digests;
    add_simulations<float>("", digests);
    add_simulations<double>("-double", digests);
    digests["first both"] = digests["resumed step"] = digests["default step"];
    digests["second both"] = digests["dsgd step"];
    return digests;
  }();
  return kDigests;
}

TEST_P(OwnLoops, HaveTheBitsOfASimulation) {
  const TemporaryFolder folder;
  const Ran ran = launch(GetParam(), kWorkers, {MURMUR_WORKER_LOOP, folder.path().string()});
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::map<std::string, std::string> digests;
  for (const std::string& line : lines_of(ran.out)) {
    const std::size_t space = line.rfind(' ');
    digests[line.substr(0, space)] = line.substr(space + 1);
  }
  EXPECT_EQ(digests, simulated());
}

// What every one of three processes says, by its number.
std::map<int, std::string> said_by(const Ran& ran) {
  std::map<int, std::string> all;
  for (const std::string& line : lines_of(ran.out)) {
    if (line.size() > 2 && line[1] == ' ' && line[0] >= '0' && line[0] <= '2') {
      all[line[0] - '0'] = line.substr(2);
    }
  }
  EXPECT_THAT(ran.err,
              ::testing::Not(::testing::ContainsRegex("SIGSEGV|SIGABRT|terminate called")));
  return all;
}

std::map<int, std::string> messages(const Launcher& launcher, const std::string& what) {
  const TemporaryFolder folder;
  const Ran ran = launch(launcher, 3, {MURMUR_WORKER_MISUSE, folder.path().string(), what});
  std::map<int, std::string> all = said_by(ran);
  EXPECT_EQ(all.size(), 3) << ran.out << ran.err;
  return all;
}

TEST_P(OwnLoops, SayInEveryProcessWhatDiffers) {
  const std::map<std::string, std::string> parts{{"options", "another configuration"},
                                                 {"wrong", "nonsense"},
                                                 {"tensors", "another configuration.*scale"},
                                                 {"start", "no start today"},
                                                 {"factors", "process 1 has taken steps at other"},
                                                 {"rates", "process 1 has taken steps at other"}};
  for (const auto& [what, part] : parts) {
    for (const auto& [process, message] : messages(GetParam(), what)) {
      EXPECT_THAT(message, ::testing::ContainsRegex(part)) << what << " in process " << process;
    }
  }
}

TEST_P(OwnLoops, SurviveAProcessThatIsLost) {
  const auto thrown = messages(GetParam(), "throws");
  EXPECT_THAT(thrown.at(0), ::testing::ContainsRegex("process 1.*gave up|worker 1"));
  EXPECT_EQ(thrown.at(1), "out of examples");
  const auto stopped = messages(GetParam(), "stops");
  EXPECT_THAT(stopped.at(0), ::testing::ContainsRegex("process [12]|worker"));
  EXPECT_NE(stopped.at(1), "no error");
  EXPECT_NE(stopped.at(2), "no error");
}

// A process that is killed under a launcher that lets the others live: by an option, and MPICH's
// only where it does not see the death, of which it then hears by a signal.
TEST_P(OwnLoops, SurviveAProcessThatIsKilled) {
  const TemporaryFolder folder;
  Launcher launcher = GetParam();
  launcher.options = {launcher.name == "OpenMpi" ? "--enable-recovery" : "-disable-auto-cleanup"};
  const Ran ran = launch(launcher,
                         3,
                         {"sh",
                          "-c",
                          "trap '' USR1; \"$@\"; true",
                          "sh",
                          MURMUR_WORKER_MISUSE,
                          folder.path().string(),
                          "dies"});
  const std::map<int, std::string> all = said_by(ran);
  ASSERT_EQ(all.size(), 2) << ran.out << ran.err;
  EXPECT_THAT(all.at(0), ::testing::ContainsRegex("worker 1.*does not answer"));
  EXPECT_THAT(all.at(2), ::testing::ContainsRegex("worker 1.*does not answer"));
}

// A host whose MPI ends while a worker lives: every call of the worker that needs the others says
// so, it can be destroyed, and the program ends as it would without it.
TEST_P(OwnLoops, SayThatMpiWasFinalized) {
  const std::string program =
      MURMUR_WORKER_FINALIZES + std::string(GetParam().name == "OpenMpi" ? "openmpi" : "mpich");
  for (const std::string how : {"any-thread", "one-thread", "within"}) {
    const Ran ran = launch(GetParam(), 3, {program, how});
    EXPECT_EQ(ran.code, 0) << how << ": " << ran.out << ran.err;
    const std::vector<std::string> lines = lines_of(ran.out);
    for (const char* process : {"0", "1", "2"}) {
      const auto says = [&](const std::string& what, const std::string& message) {
        EXPECT_THAT(lines,
                    ::testing::Contains(::testing::ContainsRegex(std::string("^") + process + " " +
                                                                 what + message)))
            << how << ": " << ran.err;
      };
      for (const char* what : {"step", "digest", "save"}) {
        says(what, ": MPI_Finalize\\(\\) was called while this worker lives");
      }
      says("another", ": MPI was finalized in this process");
      says("steps", ": no error");
      says("ended", "");
    }
  }
}

}  // namespace
}  // namespace murmur::testing
