// SPDX-License-Identifier: Apache-2.0
// mpi_laws messages|host [LAW]: the laws of every transport over the MPI that the program was
// started by, or over memory that the processes of this host share: those of messages and notices
// (and of shared views), or one of failure. A line per law and process on standard output.
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "tests/comm/laws/laws.h"

namespace murmur::comm {
namespace {

void report(const Law& law, const Transport& transport, const Findings& found) {
  const bool holds = found.wrong().empty();
  fmt::print("{} {}: {}\n",
             transport.process(),
             law.name,
             holds ? "kept" : fmt::format("{}", fmt::join(found.wrong(), "; ")));
}

void check_all(Transport& transport) {
  std::vector<std::vector<Law>> all{laws_of_messages(), laws_of_notices()};
  if (transport.shared_views() != nullptr) {
    all.push_back(laws_of_shared_views());
  }
  for (const std::vector<Law>& some : all) {
    for (const Law& law : some) {
      Findings found;
      law.check(transport, found);
      meet(transport, found);
      report(law, transport, found);
      std::fflush(stdout);
    }
  }
}

// A launcher ends everyone once somebody ends whose MPI has failed: what there is to say comes
// first.
void check_failure(Transport& transport, const std::string& name) {
  Findings ends;
  for (const Law& law : laws_of_failure()) {
    if (law.name == name) {
      Findings found;
      law.check(transport, found);
      report(law, transport, found);
      std::fflush(stdout);
      meet_by_notices(transport, ends);
    }
  }
}

void check(const std::string& world, const std::string& name) {
  auto transport = open_mpi(detect_launch().value().library).value();
  if (world == "host") {
    transport = share_host(std::move(transport)).value();
  }
  if (name.empty()) {
    check_all(*transport);
  } else {
    check_failure(*transport, name);
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace murmur::comm

int main(int argc, char** argv) {
  murmur::comm::check(argc > 1 ? argv[1] : "messages", argc > 2 ? argv[2] : "");
  return 0;
}
