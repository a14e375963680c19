// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "murmur/comm/exchange.h"
#include "tests/comm/laws/words.h"

namespace murmur::comm {
namespace {

bool has(const Status& status, const std::string& words) {
  return !status && status.failure().message.find(words) != std::string::npos;
}

void expect_lost(const Status& status, const std::string& words, Findings& found) {
  found.expect(has(status, words), status ? "a wait succeeds" : status.failure().message);
  found.expect(!status && status.failure().kind == FailureKind::kPeer, "somebody else is to blame");
}

void end_every_wait_by_a_failure(Transport& transport, Findings& found) {
  std::string never(1, '?');
  const Ticket asked = start_receive(transport, next_of(transport), 9, never);
  meet(transport, found);
  Status ended = Ok{};
  std::thread waiting([&] { ended = transport.wait(asked); });
  transport.fail({FailureKind::kPeer, "the first word"});
  transport.fail({FailureKind::kPeer, "another word"});
  waiting.join();
  expect_lost(ended, "the first word", found);
  std::string later(1, '?');
  const Ticket asked_later = start_receive(transport, next_of(transport), 9, later);
  found.expect(transport.is_done(asked_later), "a wait to come does not wait");
  expect_lost(transport.wait(asked_later), "the first word", found);
}

void end_a_wait_for_a_silent_process(Transport& transport, Findings& found) {
  meet(transport, found);
  transport.set_wait_limit(std::chrono::milliseconds(20));
  std::string never(1, '?');
  const Status ended = transport.wait(start_receive(transport, next_of(transport), 9, never));
  expect_lost(ended,
              fmt::format("process {} waited to receive a message from process {}",
                          transport.process(),
                          next_of(transport)),
              found);
  found.expect(never == "?", "nothing is written into a receive that failed");
}

}  // namespace

std::vector<Law> laws_of_failure() {
  return {{"EndEveryWaitByAFailure", end_every_wait_by_a_failure},
          {"EndAWaitForASilentProcess", end_a_wait_for_a_silent_process}};
}

void meet(Transport& transport, Findings& findings) {
  const auto met = exchange_texts(transport, {});
  findings.expect(static_cast<bool>(met), "a meeting");
}

}  // namespace murmur::comm
