// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/step_agreement.h"

#include <latch>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "murmur/comm/in_process/in_process_fabric.h"
#include "tests/comm/laws/heard.h"
#include "tests/comm/step_agreement_walk.h"

namespace murmur::comm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Three processes of a world, each with its requests; a limit of an hour does not end any wait.
struct Three {
  InProcessFabric hub{3, hours(1)};
  std::unique_ptr<Transport> transports[3]{hub.transport(0), hub.transport(1), hub.transport(2)};
  StepAgreement agreement[3]{
      StepAgreement(*transports[0]), StepAgreement(*transports[1]), StepAgreement(*transports[2])};
};

// The step before which a process performs its next request, walking from `step` on.
std::int64_t next_request(StepAgreement& agreement, std::int64_t step) {
  while (true) {
    const auto request = agreement.poll(step);
    if (!request) {
      ADD_FAILURE() << request.failure().message;
      return -1;
    }
    if (request.value()) {
      return step;
    }
    ++step;
    std::this_thread::yield();
  }
}

TEST(StepAgreement, AreHeldAtOnceByAProcessAlone) {
  InProcessFabric hub(1);
  const auto transport = hub.transport(0);
  StepAgreement agreement(*transport);
  EXPECT_FALSE(agreement.poll(0).value());
  agreement.request({.purpose = 7, .text = "why"});
  agreement.request({.purpose = 8});
  const auto first = agreement.poll(1);
  ASSERT_TRUE(first.value());
  EXPECT_EQ(first.value()->purpose, 7);
  EXPECT_EQ(first.value()->text, "why");
  EXPECT_EQ(agreement.poll(1).value()->purpose, 8);
  EXPECT_FALSE(agreement.poll(1).value());
}

TEST(StepAgreement, CostNothingWhileNobodyCalls) {
  InProcessFabric hub(2, hours(1));
  const auto other = hub.transport(0);
  const auto mine = hub.transport(1);
  Heard heard(*other);
  StepAgreement agreement(*mine);
  for (int step = 0; step < 1000; ++step) {
    ASSERT_FALSE(agreement.poll(step).value());
  }
  agreement.give_up("the first word");
  ASSERT_TRUE(heard.wait_for(1));
  EXPECT_EQ(heard.all().front().second.text, "the first word");
  EXPECT_EQ(mine->bytes_sent(), 0);
}

// A request of an earlier run may arrive late and must not end this one.
TEST(StepAgreement, HearOfAnotherRunOnlyThatSomebodyGaveUp) {
  InProcessFabric hub(2, hours(1));
  const auto transport = hub.transport(0);
  const auto others = hub.transport(1);
  StepAgreement agreement(*transport, 2);
  StepAgreement(*others, 1).request({.purpose = 1});
  std::optional<StepAgreement> theirs(std::in_place, *others, 2);
  theirs->request({.purpose = 2});
  std::thread walking([&] { next_request(*theirs, 0); });
  std::int64_t step = 0;
  auto request = agreement.poll(step);
  while (request && !request.value()) {
    std::this_thread::yield();
    request = agreement.poll(++step);
  }
  walking.join();
  ASSERT_TRUE(request);
  EXPECT_EQ(request.value()->purpose, 2);
  theirs.reset();
  StepAgreement(*others, 1).give_up("no room");
  while (!agreement.has_heard_of_failure()) {
    std::this_thread::yield();
  }
  EXPECT_THAT(agreement.poll(step).failure().message, HasSubstr("no room"));
}

// The second process has not begun a step when the others perform the request already.
TEST(StepAgreement, WaitForNobodyWhoHasNotStarted) {
  Three three;
  std::int64_t steps[3]{};
  three.agreement[2].request({.purpose = 1});
  std::thread first([&] { steps[0] = next_request(three.agreement[0], 0); });
  steps[2] = next_request(three.agreement[2], 0);
  first.join();
  steps[1] = next_request(three.agreement[1], 0);
  EXPECT_EQ(steps[0], steps[1]);
  EXPECT_EQ(steps[0], steps[2]);
}

// A run that is resumed goes on from a step, and not all processes are there when one requests.
TEST(StepAgreement, AreNotHeldBeforeWhereARunGoesOn) {
  Three three;
  three.agreement[0].start_at(40);
  three.agreement[0].request({.purpose = 1});
  three.agreement[2].start_at(40);
  std::int64_t steps[3]{};
  std::thread last([&] { steps[2] = next_request(three.agreement[2], 40); });
  steps[0] = next_request(three.agreement[0], 40);
  last.join();
  three.agreement[1].start_at(40);
  steps[1] = next_request(three.agreement[1], 40);
  EXPECT_EQ(steps[1], steps[0]);
  EXPECT_EQ(steps[2], steps[0]);
}

// What everybody held, where all agree.
void expect_agreement(const std::vector<std::vector<Held>>& held, std::size_t count) {
  for (const std::vector<Held>& theirs : held) {
    EXPECT_THAT(theirs, ::testing::ElementsAreArray(held.front()));
  }
  EXPECT_EQ(held.front().size(), count);
}

TEST(StepAgreement, OfTwoCallersAtOnceAreHeldOneAfterTheOther) {
  for (int round = 0; round < 20; ++round) {
    const Plan plan{.pauses = {0, 3, round}, .calls = {{1, 5}, {2, 5}, {0, 5}, {1, 5}}};
    expect_agreement(walk(plan), 4);
  }
}

TEST(StepAgreement, OfAnyCallersAreTheSameEverywhere) {
  const bool holds = rc::check([] {
    const int processes = *rc::gen::inRange(2, 7);
    const auto count = static_cast<std::size_t>(processes);
    const auto pause = rc::gen::inRange(0, 30);
    const auto call = rc::gen::apply(
        [](int process, int step, bool aside) {
          return Call{process, step, aside};
        },
        rc::gen::inRange(0, processes),
        rc::gen::inRange(0, 40),
        rc::gen::arbitrary<bool>());
    const Plan plan{.pauses = *rc::gen::container<std::vector<int>>(count, pause),
                    .calls = *rc::gen::container<std::vector<Call>>(call),
                    .in_touch = *rc::gen::arbitrary<bool>()};
    std::ostringstream words;
    words << plan;
    RC_LOG() << words.str();
    const auto held = walk(plan);
    for (const std::vector<Held>& theirs : held) {
      RC_ASSERT(theirs == held.front());
    }
    RC_ASSERT(!plan.in_touch || held.front().size() == plan.calls.size());
  });
  EXPECT_TRUE(holds);
}

// The third process receives nothing, so that no step is ever agreed for the request.
TEST(StepAgreement, EndEverybodysWaitsWhereOneGivesUp) {
  InProcessFabric hub(4, hours(1));
  const auto first = hub.transport(0);
  const auto second = hub.transport(1);
  const auto deaf = hub.transport(2);
  const auto last = hub.transport(3);
  StepAgreement of_first(*first);
  StepAgreement of_second(*second);
  StepAgreement of_last(*last);
  of_last.request({.purpose = 1});
  const auto until_failure = [](StepAgreement& agreement) {
    for (std::int64_t step = 0;; ++step) {
      const auto request = agreement.poll(step);
      if (!request) {
        return request.failure();
      }
    }
  };
  Failure here;
  Failure there;
  std::thread walks_here([&] { here = until_failure(of_first); });
  std::thread walks_there([&] { there = until_failure(of_last); });
  std::byte byte{};
  const Ticket ticket = first->receive(1, 3, {&byte, 1});
  Status waited = Ok{};
  std::thread waits([&] { waited = first->wait(ticket); });
  EXPECT_FALSE(of_first.has_heard_of_failure());
  of_second.give_up("its disk is full");
  walks_here.join();
  walks_there.join();
  waits.join();
  for (const Failure& each : {here, there, waited.failure()}) {
    EXPECT_EQ(each.kind, FailureKind::kPeer);
    EXPECT_EQ(each.message, "process 1 gave up: its disk is full");
  }
  EXPECT_TRUE(of_first.has_heard_of_failure());
  EXPECT_TRUE(of_last.has_heard_of_failure());
  EXPECT_FALSE(of_second.has_heard_of_failure());
  EXPECT_FALSE(of_last.poll(1000));
}

TEST(StepAgreement, DoNotWaitForEverForOneWhoDoesNotAnswer) {
  InProcessFabric hub(2, hours(1));
  const auto first = hub.transport(0);
  const auto deaf = hub.transport(1);
  StepAgreement agreement(*first);
  agreement.set_wait_limit(milliseconds(1));
  agreement.request({.purpose = 1});
  const auto request = agreement.poll(3);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(request.failure().message,
              AllOf(HasSubstr("process 0 waited before step 3"), HasSubstr("how far")));
}

}  // namespace
}  // namespace murmur::comm
