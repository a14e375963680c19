// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/threads_transport.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void send(Transport& transport, int to, Tag tag, const std::string& text) {
  ASSERT_TRUE(transport.wait(transport.send(to, tag, bytes_of(text))));
}

std::string receive(Transport& transport, int from, Tag tag, std::size_t length) {
  std::string text(length, '?');
  const Ticket ticket =
      transport.receive(from, tag, std::as_writable_bytes(std::span(text.data(), length)));
  EXPECT_TRUE(transport.wait(ticket));
  return text;
}

// Runs every process of a world on a thread of its own.
void run_world(int processes, const std::function<void(Transport&)>& process) {
  Hub hub(processes);
  std::vector<std::thread> threads;
  for (int p = 0; p < processes; ++p) {
    threads.emplace_back([&process, transport = hub.transport(p)] { process(*transport); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(ThreadsTransport, KnowsWhoItIs) {
  Hub hub(3);
  const auto transport = hub.transport(2);
  EXPECT_EQ(transport->process(), 2);
  EXPECT_EQ(transport->processes(), 3);
}

TEST(ThreadsTransport, CarriesAMessageSentBeforeItsReceive) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  send(*a, 1, 5, "early");
  EXPECT_EQ(receive(*b, 0, 5, 5), "early");
}

TEST(ThreadsTransport, CarriesAMessageSentAfterItsReceive) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string text(4, '?');
  const Ticket ticket = b->receive(0, 5, std::as_writable_bytes(std::span(text.data(), 4)));
  send(*a, 1, 5, "late");
  EXPECT_TRUE(b->wait(ticket));
  EXPECT_EQ(text, "late");
}

TEST(ThreadsTransport, CarriesAnEmptyMessage) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  send(*a, 1, 0, "");
  EXPECT_EQ(receive(*b, 0, 0, 0), "");
}

TEST(ThreadsTransport, LetsTheSenderReuseItsBytesAfterTheWait) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string text = "first";
  ASSERT_TRUE(a->wait(a->send(1, 0, bytes_of(text))));
  text = "other";
  EXPECT_EQ(receive(*b, 0, 0, 5), "first");
}

TEST(ThreadsTransport, KeepsTheOrderOfOneTagAndSeparatesTags) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  send(*a, 1, 1, "1a");
  send(*a, 1, 2, "2a");
  send(*a, 1, 1, "1b");
  EXPECT_EQ(receive(*b, 0, 2, 2), "2a");
  EXPECT_EQ(receive(*b, 0, 1, 2), "1a");
  EXPECT_EQ(receive(*b, 0, 1, 2), "1b");
}

TEST(ThreadsTransport, FillsReceivesOfOneTagInTheirOrder) {
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string texts[2] = {"?", "?"};
  const Ticket first = b->receive(0, 1, std::as_writable_bytes(std::span(texts[0].data(), 1)));
  const Ticket second = b->receive(0, 1, std::as_writable_bytes(std::span(texts[1].data(), 1)));
  send(*a, 1, 1, "x");
  send(*a, 1, 1, "y");
  // Waited for in the other order.
  EXPECT_TRUE(b->wait(second));
  EXPECT_TRUE(b->wait(first));
  EXPECT_EQ(texts[0] + texts[1], "xy");
}

// What process `from` sends to `to` as its k-th message with that tag.
std::string content(int from, int to, Tag tag, int k) {
  return std::to_string(1000000 + ((from * 10 + to) * 10 + tag) * 100 + k);
}

TEST(ThreadsTransport, DeliversEverythingInWhateverOrderItIsAskedFor) {
  constexpr int kProcesses = 4;
  constexpr int kTags = 3;
  constexpr int kEach = 25;
  constexpr std::int64_t kMessages = kProcesses * kTags * kEach;
  std::atomic<int> right{0};
  run_world(kProcesses, [&](Transport& transport) {
    const int me = transport.process();
    std::vector<std::vector<int>> sent(kProcesses, std::vector<int>(kTags, 0));
    std::vector<std::string> outgoing;
    outgoing.reserve(kMessages);
    std::vector<Ticket> tickets;
    for (const std::int64_t index : permutation(kMessages, Random(1, Stream::kTest, me, 0))) {
      const int to = static_cast<int>(index) % kProcesses;
      const Tag tag = static_cast<int>(index) / kProcesses % kTags;
      if (to != me) {
        int& k = sent[static_cast<std::size_t>(to)][static_cast<std::size_t>(tag)];
        outgoing.push_back(content(me, to, tag, k++));
        tickets.push_back(transport.send(to, tag, bytes_of(outgoing.back())));
      }
    }
    std::vector<std::vector<int>> got(kProcesses, std::vector<int>(kTags, 0));
    for (const std::int64_t index : permutation(kMessages, Random(1, Stream::kTest, me, 1))) {
      const int from = static_cast<int>(index) % kProcesses;
      const Tag tag = static_cast<int>(index) / kProcesses % kTags;
      if (from != me) {
        int& k = got[static_cast<std::size_t>(from)][static_cast<std::size_t>(tag)];
        right += receive(transport, from, tag, 7) == content(from, me, tag, k++) ? 1 : 0;
      }
    }
    for (const Ticket ticket : tickets) {
      EXPECT_TRUE(transport.wait(ticket));
    }
  });
  EXPECT_EQ(right.load(), kProcesses * (kProcesses - 1) * kTags * kEach);
}

TEST(ThreadsTransport, PassesAWordAroundARingManyTimes) {
  constexpr int kProcesses = 5;
  constexpr int kRounds = 2000;
  std::atomic<std::uint64_t> last{0};
  run_world(kProcesses, [&](Transport& transport) {
    const int me = transport.process();
    const int next = (me + 1) % kProcesses;
    const int before = (me + kProcesses - 1) % kProcesses;
    std::uint64_t word = 0;
    for (int round = 0; round < kRounds; ++round) {
      if (me > 0 || round > 0) {
        const Ticket in =
            transport.receive(before, round % 7, std::as_writable_bytes(std::span(&word, 1)));
        ASSERT_TRUE(transport.wait(in));
      }
      ++word;
      const bool is_last = me == kProcesses - 1;
      if (is_last && round == kRounds - 1) {
        last = word;
        return;
      }
      const Tag tag = (is_last ? round + 1 : round) % 7;
      ASSERT_TRUE(transport.wait(transport.send(next, tag, std::as_bytes(std::span(&word, 1)))));
    }
  });
  EXPECT_EQ(last.load(), std::uint64_t{kProcesses} * kRounds);
}

TEST(ThreadsTransport, EndsAWaitForASilentPeerInTime) {
  Hub hub(2, milliseconds(1));
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::byte byte{};
  const Status status = b->wait(b->receive(0, 42, {&byte, 1}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(status.failure().message,
              HasSubstr("process 1 waited to receive a message from process 0 with tag 42"));
  EXPECT_THAT(status.failure().message, HasSubstr("within 1 ms"));
}

TEST(ThreadsTransport, WritesNothingIntoAReceiveThatFailed) {
  Hub hub(2, milliseconds(0));
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::string given_up = "?";
  EXPECT_FALSE(b->wait(b->receive(0, 1, std::as_writable_bytes(std::span(given_up.data(), 1)))));
  send(*a, 1, 1, "x");
  EXPECT_EQ(given_up, "?");
  EXPECT_EQ(receive(*b, 0, 1, 1), "x");
}

// A limit of an hour: only the departure can end these waits.
constexpr std::chrono::hours kForever{1};

TEST(ThreadsTransport, EndsAWaitAtOnceWhenThePeerLeaves) {
  Hub hub(3, kForever);
  const auto a = hub.transport(0);
  auto b = hub.transport(1);
  std::byte byte{};
  const Ticket ticket = a->receive(1, 9, {&byte, 1});
  std::thread leaver([leaving = std::move(b)]() mutable { leaving.reset(); });
  const Status status = a->wait(ticket);
  leaver.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(status.failure().message, HasSubstr("process 1 with tag 9: that process is gone"));
}

TEST(ThreadsTransport, StillGivesWhatAPeerSentBeforeItLeft) {
  Hub hub(2, kForever);
  const auto a = hub.transport(0);
  {
    const auto b = hub.transport(1);
    send(*b, 0, 3, "will");
  }
  EXPECT_EQ(receive(*a, 1, 3, 4), "will");
  std::byte byte{};
  EXPECT_FALSE(a->wait(a->receive(1, 3, {&byte, 1})));
}

TEST(ThreadsTransport, FailsASendToAProcessThatLeft) {
  Hub hub(2, kForever);
  const auto a = hub.transport(0);
  hub.transport(1).reset();
  const Status status = a->wait(a->send(1, 3, bytes_of("x")));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.failure().message,
              HasSubstr("send a message to process 1 with tag 3: that process is gone"));
}

TEST(ThreadsTransport, EndsTheWaitsOfAProcessThatWasClosed) {
  Hub hub(2, kForever);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  std::byte byte{};
  const Ticket ticket = a->receive(1, 0, {&byte, 1});
  std::thread closer([&hub] { hub.close(0); });
  EXPECT_FALSE(a->wait(ticket));
  closer.join();
  // Nor does it reach anybody any more.
  EXPECT_FALSE(a->wait(a->send(1, 0, bytes_of("x"))));
  EXPECT_FALSE(b->wait(b->receive(0, 0, {&byte, 1})));
}

TEST(ThreadsTransport, OutlivesItsHub) {
  std::unique_ptr<Transport> a;
  std::unique_ptr<Transport> b;
  {
    Hub hub(2);
    a = hub.transport(0);
    b = hub.transport(1);
  }
  send(*a, 1, 1, "x");
  EXPECT_EQ(receive(*b, 0, 1, 1), "x");
}

TEST(ThreadsTransportDeathTest, RefusesAMessageOfAnotherLength) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Hub hub(2);
  const auto a = hub.transport(0);
  const auto b = hub.transport(1);
  send(*a, 1, 6, "four");
  std::byte byte{};
  EXPECT_DEATH(b->receive(0, 6, {&byte, 1}), "4 bytes from process 0 with tag 6 where 1 are");
}

}  // namespace
}  // namespace murmur::comm
