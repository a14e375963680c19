// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <fmt/format.h>

#include "tests/comm/laws/heard.h"
#include "tests/comm/laws/words.h"

namespace murmur::comm {
namespace {

void tell_others(Transport& transport, const Notice& notice) {
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      transport.send_control(p, notice);
    }
  }
}

std::size_t others_of(const Transport& transport) {
  return static_cast<std::size_t>(transport.processes() - 1);
}

// Those of one process came in the order in which it told them: 0, 1, 2, ...
void expect_in_order(const Transport& transport,
                     const std::vector<std::pair<int, Notice>>& heard,
                     Findings& found) {
  std::vector<std::int64_t> next(static_cast<std::size_t>(transport.processes()), 0);
  for (const auto& [from, notice] : heard) {
    const std::int64_t expected = next[static_cast<std::size_t>(from)]++;
    found.expect(notice.number == expected,
                 fmt::format("notice {} of process {}, not {}", expected, from, notice.number));
  }
}

void keep_notices_until_somebody_listens(Transport& transport, Findings& found) {
  for (int round = 0; round < 2; ++round) {  // before the first listener, and between two
    for (int k = 0; k < 5; ++k) {
      tell_others(transport, {.kind = round, .number = k, .text = std::to_string(k)});
    }
    meet(transport, found);
    meet(transport, found);  // they had time to come
    {
      Heard heard(transport);
      found.expect(heard.wait_for(5 * others_of(transport)), "all that was told is heard");
      expect_in_order(transport, heard.all(), found);
      for (const auto& [from, notice] : heard.all()) {
        found.expect(from != transport.process(), "from another one");
        found.expect(notice.kind == round && notice.text == std::to_string(notice.number),
                     "what was told, not " + notice.text);
      }
    }
    meet(transport, found);  // nobody tells more while somebody still listens
  }
}

void cut_off_what_is_too_long(Transport& transport, Findings& found) {
  Heard heard(transport);
  const std::string fits(kNoticeText, 'y');
  transport.send_control(next_of(transport), {.kind = 0, .number = 0, .text = fits + "z"});
  transport.send_control(next_of(transport), {.kind = 0, .number = 1, .text = fits});
  found.expect(heard.wait_for(2), "both are heard");
  for (const auto& [from, notice] : heard.all()) {
    found.expect(notice.text == fits, fmt::format("{} bytes came", notice.text.size()));
  }
}

// A message that nobody receives is under way before and while they are told.
void overtake_messages(Transport& transport, Findings& found) {
  const std::string large(3'000'000, 'm');
  const Ticket sent = start_send(transport, next_of(transport), 5, large);
  {
    Heard heard(transport);
    transport.send_control(next_of(transport), {.kind = 1, .number = 0});
    found.expect(heard.wait_for(1), "a notice does not wait for the message before it");
  }
  found.expect(receive(transport, found, previous_of(transport), 5, large.size()) == large,
               "the message behind it");
  found.expect(transport.wait(sent), "a send");
}

// Whoever waits for a message may be the one who hears them; so may a thread of the transport's.
void keep_the_order_of_notices(Transport& transport, Findings& found) {
  constexpr int kCount = 400;
  constexpr int kRounds = 150;
  Heard heard(transport);
  std::vector<Findings> theirs(2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        Findings& here = theirs[static_cast<std::size_t>(t)];
        std::string in(8, '?');
        const Ticket asked = start_receive(transport, previous_of(transport), t, in);
        send(transport, here, next_of(transport), t, "a letter");
        here.expect(transport.wait(asked), "a receive");
      }
    });
  }
  for (int k = 0; k < kCount; ++k) {
    tell_others(transport, {.kind = 0, .number = k});
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  found.expect(heard.wait_for(kCount * others_of(transport)), "all that was told is heard");
  expect_in_order(transport, heard.all(), found);
  for (const Findings& each : theirs) {
    for (const std::string& wrong : each.wrong()) {
      found.expect(false, wrong);
    }
  }
}

void let_a_listener_answer(Transport& transport, Findings& found) {
  enum Kind : int { kQuestion, kAnswer };
  Heard heard(transport, [&](int from, const Notice& notice) {
    if (notice.kind == kQuestion) {
      transport.send_control(from, {.kind = kAnswer, .number = notice.number + 1});
    }
  });
  tell_others(transport, {.kind = kQuestion, .number = transport.process()});
  found.expect(heard.wait_for(2 * others_of(transport)), "as many questions as answers");
  for (const auto& [from, notice] : heard.all()) {
    const int expected = notice.kind == kQuestion ? from : transport.process() + 1;
    found.expect(notice.number == expected, fmt::format("{} from {}", notice.number, from));
  }
}

void are_no_messages(Transport& transport, Findings& found) {
  Heard heard(transport);
  const std::int64_t before = transport.bytes_sent();
  transport.send_control(next_of(transport), {.kind = 9, .number = 9, .text = "not counted"});
  found.expect(transport.bytes_sent() == before, "bytes of messages alone are counted");
  found.expect(heard.wait_for(1), "it is heard");
}

}  // namespace

std::vector<Law> laws_of_notices() {
  return {{"KeepNoticesUntilSomebodyListens", keep_notices_until_somebody_listens},
          {"CutOffWhatIsTooLong", cut_off_what_is_too_long},
          {"LetNoticesOvertakeMessages", overtake_messages},
          {"KeepTheOrderOfNotices", keep_the_order_of_notices},
          {"LetAListenerAnswer", let_a_listener_answer},
          {"CountNoNoticesAsMessages", are_no_messages}};
}

void meet_by_notices(Transport& transport, Findings& findings) {
  Heard heard(transport);
  tell_others(transport, {.kind = 77, .number = 0});
  findings.expect(heard.wait_for(others_of(transport)), "all come to the end");
}

}  // namespace murmur::comm
