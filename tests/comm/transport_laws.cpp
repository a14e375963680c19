// SPDX-License-Identifier: Apache-2.0
// The laws of every transport, over the one within a process, and over memory shared by the
// processes of a host, some of which are of this one.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/host.h"
#include "murmur/comm/in_process/in_process_fabric.h"
#include "tests/comm/laws/laws.h"

namespace murmur::comm {
namespace {

// Every process of a world on a thread of its own.
void expect_kept(const Law& law, bool is_of_failure, int processes, bool on_a_host = false) {
  InProcessFabric hub(processes);
  std::vector<Findings> found(static_cast<std::size_t>(processes));
  std::vector<std::thread> threads;
  for (int p = 0; p < processes; ++p) {
    threads.emplace_back(
        [&, &here = found[static_cast<std::size_t>(p)], t = hub.transport(p)]() mutable {
          if (on_a_host) {
            t = share_host(std::move(t)).value();
          }
          law.check(*t, here);
          is_of_failure ? meet_by_notices(*t, here) : meet(*t, here);
        });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t p = 0; p < found.size(); ++p) {
    EXPECT_THAT(found[p].wrong(), ::testing::IsEmpty()) << "process " << p << " of " << processes;
  }
}

class TransportsOfThreads : public ::testing::TestWithParam<Law> {};
class FailingTransportsOfThreads : public ::testing::TestWithParam<Law> {};

TEST_P(TransportsOfThreads, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), false, processes);
  }
}

TEST_P(FailingTransportsOfThreads, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), true, processes);
  }
}

class TransportsOfAHost : public ::testing::TestWithParam<Law> {};
class FailingTransportsOfAHost : public ::testing::TestWithParam<Law> {};

TEST_P(TransportsOfAHost, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), false, processes, true);
  }
}

TEST_P(FailingTransportsOfAHost, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), true, processes, true);
  }
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Messages,
                         TransportsOfThreads,
                         ::testing::ValuesIn(laws_of_messages()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Notices,
                         TransportsOfThreads,
                         ::testing::ValuesIn(laws_of_notices()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Failures,
                         FailingTransportsOfThreads,
                         ::testing::ValuesIn(laws_of_failure()),
                         kName);

INSTANTIATE_TEST_SUITE_P(Messages,
                         TransportsOfAHost,
                         ::testing::ValuesIn(laws_of_messages()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Notices, TransportsOfAHost, ::testing::ValuesIn(laws_of_notices()), kName);
INSTANTIATE_TEST_SUITE_P(SharedViews,
                         TransportsOfAHost,
                         ::testing::ValuesIn(laws_of_shared_views()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Failures,
                         FailingTransportsOfAHost,
                         ::testing::ValuesIn(laws_of_failure()),
                         kName);

}  // namespace
}  // namespace murmur::comm
