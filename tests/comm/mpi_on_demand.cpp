// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/mpi.h"

namespace murmur::comm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Which of the two a build has depends on the machine, so both answers are held to something.
void expect_version_or_remedy(MpiLibrary library,
                              const std::string& name,
                              const std::string& package) {
  const Result<std::string> version = mpi_version(library);
  if (version) {
    EXPECT_THAT(version.value(), HasSubstr(name));
    return;
  }
  EXPECT_EQ(version.failure().kind, FailureKind::kMissing);
  EXPECT_THAT(version.failure().message,
              AllOf(HasSubstr(name), HasSubstr(package), HasSubstr("scripts/setup")));
  const auto opened = open_mpi(library);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().message, version.failure().message);
}

TEST(MpiOnDemand, SaysItsVersionOrWhatWouldBringIt) {
  expect_version_or_remedy(MpiLibrary::kOpenMpi, "Open MPI", "libopenmpi-dev");
  expect_version_or_remedy(MpiLibrary::kMpich, "MPICH", "libmpich-dev");
}

}  // namespace
}  // namespace murmur::comm
