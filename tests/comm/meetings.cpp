// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/meetings.h"

#include <latch>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "murmur/comm/threads_transport.h"
#include "tests/comm/laws/heard.h"
#include "tests/comm/meetings_walk.h"

namespace murmur::comm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Three processes of a world, each with its meetings; a limit of an hour does not end any wait.
struct Three {
  Hub hub{3, hours(1)};
  std::unique_ptr<Transport> transports[3]{hub.transport(0), hub.transport(1), hub.transport(2)};
  Meetings meetings[3]{
      Meetings(*transports[0]), Meetings(*transports[1]), Meetings(*transports[2])};
};

// The step before which a process holds its next meeting, walking from `step` on.
std::int64_t next_meeting(Meetings& meetings, std::int64_t step) {
  while (true) {
    const auto meeting = meetings.before(step);
    if (!meeting) {
      ADD_FAILURE() << meeting.failure().message;
      return -1;
    }
    if (meeting.value()) {
      return step;
    }
    ++step;
    std::this_thread::yield();
  }
}

TEST(Meetings, AreHeldAtOnceByAProcessAlone) {
  Hub hub(1);
  const auto transport = hub.transport(0);
  Meetings meetings(*transport);
  EXPECT_FALSE(meetings.before(0).value());
  meetings.call({.purpose = 7, .text = "why"});
  meetings.call({.purpose = 8});
  const auto first = meetings.before(1);
  ASSERT_TRUE(first.value());
  EXPECT_EQ(first.value()->purpose, 7);
  EXPECT_EQ(first.value()->text, "why");
  EXPECT_EQ(meetings.before(1).value()->purpose, 8);
  EXPECT_FALSE(meetings.before(1).value());
}

TEST(Meetings, CostNothingWhileNobodyCalls) {
  Hub hub(2, hours(1));
  const auto other = hub.transport(0);
  const auto mine = hub.transport(1);
  Heard heard(*other);
  Meetings meetings(*mine);
  for (int step = 0; step < 1000; ++step) {
    ASSERT_FALSE(meetings.before(step).value());
  }
  meetings.give_up("the first word");
  ASSERT_TRUE(heard.wait_for(1));
  EXPECT_EQ(heard.all().front().second.text, "the first word");
  EXPECT_EQ(mine->bytes_sent(), 0);
}

// Of an earlier run a call may come late, which is not to end this one.
TEST(Meetings, HearOfAnotherRunOnlyThatSomebodyGaveUp) {
  Hub hub(2, hours(1));
  const auto transport = hub.transport(0);
  const auto others = hub.transport(1);
  Meetings meetings(*transport, 2);
  Meetings(*others, 1).call({.purpose = 1});
  std::optional<Meetings> theirs(std::in_place, *others, 2);
  theirs->call({.purpose = 2});
  std::thread walking([&] { next_meeting(*theirs, 0); });
  std::int64_t step = 0;
  auto meeting = meetings.before(step);
  while (meeting && !meeting.value()) {
    std::this_thread::yield();
    meeting = meetings.before(++step);
  }
  walking.join();
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting.value()->purpose, 2);
  theirs.reset();
  Meetings(*others, 1).give_up("no room");
  while (!meetings.has_heard_of_failure()) {
    std::this_thread::yield();
  }
  EXPECT_THAT(meetings.before(step).failure().message, HasSubstr("no room"));
}

// The second process has not begun a step when the others meet already.
TEST(Meetings, WaitForNobodyWhoHasNotStarted) {
  Three three;
  std::int64_t steps[3]{};
  three.meetings[2].call({.purpose = 1});
  std::thread first([&] { steps[0] = next_meeting(three.meetings[0], 0); });
  steps[2] = next_meeting(three.meetings[2], 0);
  first.join();
  steps[1] = next_meeting(three.meetings[1], 0);
  EXPECT_EQ(steps[0], steps[1]);
  EXPECT_EQ(steps[0], steps[2]);
}

// A run that is resumed goes on from a step, and not all processes are there when one calls.
TEST(Meetings, AreNotHeldBeforeWhereARunGoesOn) {
  Three three;
  three.meetings[0].start_at(40);
  three.meetings[0].call({.purpose = 1});
  three.meetings[2].start_at(40);
  std::int64_t steps[3]{};
  std::thread last([&] { steps[2] = next_meeting(three.meetings[2], 40); });
  steps[0] = next_meeting(three.meetings[0], 40);
  last.join();
  three.meetings[1].start_at(40);
  steps[1] = next_meeting(three.meetings[1], 40);
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

TEST(Meetings, OfTwoCallersAtOnceAreHeldOneAfterTheOther) {
  for (int round = 0; round < 20; ++round) {
    const Plan plan{.pauses = {0, 3, round}, .calls = {{1, 5}, {2, 5}, {0, 5}, {1, 5}}};
    expect_agreement(walk(plan), 4);
  }
}

TEST(Meetings, OfAnyCallersAreTheSameEverywhere) {
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

// The third process hears nothing, so that a meeting is asked for and never appointed.
TEST(Meetings, EndEverybodysWaitsWhereOneGivesUp) {
  Hub hub(4, hours(1));
  const auto first = hub.transport(0);
  const auto second = hub.transport(1);
  const auto deaf = hub.transport(2);
  const auto last = hub.transport(3);
  Meetings of_first(*first);
  Meetings of_second(*second);
  Meetings of_last(*last);
  of_last.call({.purpose = 1});
  const auto until_failure = [](Meetings& meetings) {
    for (std::int64_t step = 0;; ++step) {
      const auto meeting = meetings.before(step);
      if (!meeting) {
        return meeting.failure();
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
  EXPECT_FALSE(of_last.before(1000));
}

TEST(Meetings, DoNotWaitForEverForOneWhoDoesNotAnswer) {
  Hub hub(2, hours(1));
  const auto first = hub.transport(0);
  const auto deaf = hub.transport(1);
  Meetings meetings(*first);
  meetings.set_wait_limit(milliseconds(1));
  meetings.call({.purpose = 1});
  const auto meeting = meetings.before(3);
  ASSERT_FALSE(meeting);
  EXPECT_EQ(meeting.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(meeting.failure().message,
              AllOf(HasSubstr("process 0 waited before step 3"), HasSubstr("how far")));
}

}  // namespace
}  // namespace murmur::comm
