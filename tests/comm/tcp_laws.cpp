// SPDX-License-Identifier: Apache-2.0
// The laws of every transport, over TCP, and what happens where processes meet.
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/host.h"
#include "murmur/comm/tcp.h"
#include "murmur/comm/tcp/socket.h"
#include "tests/comm/laws/laws.h"

namespace murmur::comm {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kLong{60};
constexpr Deadline kNever = Deadline::max();

// A port that is free now.
int free_port() {
  return port_of(listen_at("127.0.0.1", 0).value());
}

// work(place) for each process of a world, each on a thread of its own.
void in_a_world(int processes, const std::function<void(const TcpPlace&)>& work) {
  const int port = free_port();
  std::vector<std::thread> threads;
  for (int p = 0; p < processes; ++p) {
    threads.emplace_back(
        [=, &work] { work({.process = p, .processes = processes, .port = port, .run = "laws"}); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void expect_kept(const Law& law, bool is_of_failure, int processes, bool on_a_host = false) {
  std::vector<Findings> found(static_cast<std::size_t>(processes));
  in_a_world(processes, [&](const TcpPlace& place) {
    Findings& here = found[static_cast<std::size_t>(place.process)];
    auto transport = open_tcp(place, kLong);
    ASSERT_TRUE(transport) << transport.failure().message;
    auto t = std::move(transport).value();
    if (on_a_host) {
      t = share_host(std::move(t)).value();
    }
    law.check(*t, here);
    is_of_failure ? meet_by_notices(*t, here) : meet(*t, here);
  });
  for (std::size_t p = 0; p < found.size(); ++p) {
    EXPECT_THAT(found[p].wrong(), ::testing::IsEmpty()) << "process " << p << " of " << processes;
  }
}

class TransportsOfTcp : public ::testing::TestWithParam<Law> {};
class FailingTransportsOfTcp : public ::testing::TestWithParam<Law> {};

TEST_P(TransportsOfTcp, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), false, processes);
  }
  expect_kept(GetParam(), false, 3, true);
}

TEST_P(FailingTransportsOfTcp, KeepTheLaw) {
  for (const int processes : {2, 4}) {
    expect_kept(GetParam(), true, processes);
  }
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Messages, TransportsOfTcp, ::testing::ValuesIn(laws_of_messages()), kName);
INSTANTIATE_TEST_SUITE_P(Notices, TransportsOfTcp, ::testing::ValuesIn(laws_of_notices()), kName);
INSTANTIATE_TEST_SUITE_P(Failures,
                         FailingTransportsOfTcp,
                         ::testing::ValuesIn(laws_of_failure()),
                         kName);

std::string failure_of(const Result<std::unique_ptr<Transport>>& opened) {
  EXPECT_FALSE(opened) << "it was opened";
  EXPECT_TRUE(opened || opened.failure().kind == FailureKind::kPeer);
  return opened ? std::string() : opened.failure().message;
}

TEST(Tcp, NamesTheProcessesThatDidNotCome) {
  const TcpPlace place{.process = 0, .processes = 4, .port = free_port()};
  EXPECT_THAT(
      failure_of(open_tcp(place, milliseconds(50))),
      AllOf(HasSubstr("listened at 127.0.0.1:"), HasSubstr("process 1, 2, 3 of 4 did not come")));
}

TEST(Tcp, SaysThatNobodyListens) {
  const TcpPlace place{.process = 2, .processes = 4, .port = free_port()};
  EXPECT_THAT(
      failure_of(open_tcp(place, milliseconds(50))),
      AllOf(HasSubstr("process 2 of 4 did not find process 0"), HasSubstr("Connection refused")));
}

TEST(Tcp, SaysThatThePortIsTaken) {
  const Socket other = listen_at("127.0.0.1", 0).value();
  const TcpPlace place{.process = 0, .processes = 2, .port = port_of(other)};
  EXPECT_THAT(failure_of(open_tcp(place, kLong)), HasSubstr("Address already in use"));
}

TEST(Tcp, SendsStrangersAwayAndWaitsForItsOwn) {
  const int port = free_port();
  const TcpPlace first{.process = 0, .processes = 2, .port = port, .run = "a"};
  std::thread waiting([&] { EXPECT_TRUE(open_tcp(first, kLong)); });
  const Socket stranger = connect_to("127.0.0.1", port, kNever).value();
  ASSERT_TRUE(send_text(stranger, "GET / HTTP/1.1", kNever));
  EXPECT_FALSE(receive_text(stranger, 100, kNever));
  const auto come = [&](int process, int processes, const std::string& run) {
    return open_tcp({.process = process, .processes = processes, .port = port, .run = run}, kLong);
  };
  EXPECT_THAT(failure_of(come(1, 2, "b")), HasSubstr("of the run 'b', and here meets 'a'"));
  EXPECT_THAT(failure_of(come(1, 3, "a")), HasSubstr("of 3 processes, and here meet 2"));
  EXPECT_TRUE(come(1, 2, "a"));
  waiting.join();
}

TEST(Tcp, SaysThatAnotherProgramListens) {
  const Socket other = listen_at("127.0.0.1", 0).value();
  std::thread answering([&] {
    const Socket socket = accept_from(other, kNever).value();
    ASSERT_TRUE(send_text(socket, "HTTP/1.1 400 Bad Request", kNever));
  });
  const TcpPlace place{.process = 1, .processes = 2, .port = port_of(other)};
  EXPECT_THAT(failure_of(open_tcp(place, kLong)), HasSubstr("another program listens there"));
  answering.join();
}

// What was sent before is received, and only then the process is gone.
TEST(Tcp, AProcessThatLeavesIsNamed) {
  in_a_world(2, [](const TcpPlace& place) {
    auto transport = open_tcp(place, kLong).value();
    if (place.process == 1) {
      const std::string last = "last";
      ASSERT_TRUE(transport->wait(transport->send(0, 5, std::as_bytes(std::span(last)))));
      return;
    }
    std::string got(4, '?');
    ASSERT_TRUE(transport->wait(transport->receive(1, 5, std::as_writable_bytes(std::span(got)))));
    EXPECT_EQ(got, "last");
    const Status ended =
        transport->wait(transport->receive(1, 5, std::as_writable_bytes(std::span(got))));
    ASSERT_FALSE(ended);
    EXPECT_THAT(ended.failure().message,
                HasSubstr("process 0 waited to receive a message from process 1"));
    EXPECT_THAT(ended.failure().message, HasSubstr("that process is gone"));
  });
}

TEST(Tcp, WorldsMeetOneAfterTheOtherAtOnePlace) {
  in_a_world(3, [](const TcpPlace& place) {
    for (int world = 0; world < 5; ++world) {
      Findings found;
      auto transport = open_tcp(place, kLong);
      ASSERT_TRUE(transport) << transport.failure().message;
      meet(*transport.value(), found);
      EXPECT_THAT(found.wrong(), ::testing::IsEmpty());
    }
  });
}

}  // namespace
}  // namespace murmur::comm
