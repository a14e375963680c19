// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "murmur/comm/exchange.h"
#include "murmur/core/random.h"
#include "tests/comm/laws/words.h"

namespace murmur::comm {
namespace {

void know_who_they_are(Transport& transport, Findings& found) {
  const int me = transport.process();
  found.expect(me >= 0 && me < transport.processes(), "a process of the world");
  send(transport, found, next_of(transport), 0, fmt::format("{:04}", me));
  found.expect(receive(transport, found, previous_of(transport), 0, 4) ==
                   fmt::format("{:04}", previous_of(transport)),
               "the previous process is another one");
}

// The k-th of a line: none, short and long ones, so that an MPI sends some at once and others only
// when asked for.
std::string of_line(int from, int k) {
  std::string text(static_cast<std::size_t>(k % 5 == 4 ? 100'000 : 37 * (k % 3)), 'x');
  return text.empty() ? text : fmt::format("{}.{}.", from, k) + text;
}

void keep_the_order_of_a_tag(Transport& transport, Findings& found) {
  constexpr int kCount = 30;  // the first half is received early, the second late
  const int previous = previous_of(transport);
  std::deque<std::string> into;
  std::vector<Ticket> receives;
  const auto post = [&](int begin, int end) {
    for (int k = begin; k < end; ++k) {
      into.emplace_back(of_line(previous, k).size(), '?');
      receives.push_back(start_receive(transport, previous, 7, into.back()));
    }
  };
  post(0, kCount / 2);
  meet(transport, found);
  std::deque<std::string> texts;
  std::vector<Ticket> sends;
  for (int k = 0; k < kCount; ++k) {
    texts.push_back(of_line(transport.process(), k));
    sends.push_back(start_send(transport, next_of(transport), 7, texts.back()));
  }
  meet(transport, found);
  post(kCount / 2, kCount);
  for (int k = kCount - 1; k >= 0; --k) {  // whichever is waited for first
    const auto at = static_cast<std::size_t>(k);
    found.expect(transport.wait(receives[at]), "a receive");
    found.expect(into[at] == of_line(previous, k), fmt::format("message {} of the tag", k));
    found.expect(transport.wait(sends[at]), "a send");
  }
}

void separate_many_tags(Transport& transport, Findings& found) {
  constexpr int kTags = 3000;
  constexpr int kLast = 32'767;  // what every MPI has
  std::vector<Ticket> sends;
  std::deque<std::string> texts;
  for (int k = 0; k < kTags; ++k) {
    texts.push_back(fmt::format("{:06}", k));
    sends.push_back(start_send(transport, next_of(transport), kLast - 3 * k, texts.back()));
  }
  for (int k = kTags - 1; k >= 0; --k) {
    found.expect(receive(transport, found, previous_of(transport), kLast - 3 * k, 6) ==
                     fmt::format("{:06}", k),
                 fmt::format("the message with tag {}", kLast - 3 * k));
  }
  for (const Ticket ticket : sends) {
    found.expect(transport.wait(ticket), "a send");
  }
}

void carry_large_messages_both_ways(Transport& transport, Findings& found) {
  constexpr std::size_t kBytes = 20'000'000;
  const auto of = [](int process) {
    std::string text(kBytes, static_cast<char>('a' + process));
    for (std::size_t k = 0; k < kBytes; k += 997) {
      text[k] = static_cast<char>((k * 2'654'435'761U) >> 7U);
    }
    return text;
  };
  const std::string mine = of(transport.process());
  std::string from_previous(kBytes, '?');
  std::string from_next(kBytes, '?');
  const std::vector<Ticket> tickets{
      start_send(transport, next_of(transport), 1, mine),
      start_send(transport, previous_of(transport), 2, mine),
      start_receive(transport, previous_of(transport), 1, from_previous),
      start_receive(transport, next_of(transport), 2, from_next)};
  for (const Ticket ticket : tickets) {
    found.expect(transport.wait(ticket), "a large message");
  }
  found.expect(from_previous == of(previous_of(transport)), "what the previous process sent");
  found.expect(from_next == of(next_of(transport)), "what the next process sent");
}

void let_the_sender_reuse_its_bytes(Transport& transport, Findings& found) {
  std::string text = "first";
  const Ticket first = start_send(transport, next_of(transport), 0, text);
  found.expect(transport.wait(first), "a send");
  text = "other";
  found.expect(receive(transport, found, previous_of(transport), 0, 5) == "first",
               "what was sent, not what the bytes are now");
}

std::string content(int from, int to, Tag tag, int k) {
  return fmt::format("{:03}{:03}{:02}{:04}", from, to, tag, k);
}

void deliver_everything_in_whatever_order(Transport& transport, Findings& found) {
  constexpr int kTags = 3;
  constexpr int kEach = 25;
  const int me = transport.process();
  const int processes = transport.processes();
  const auto visit = [&](std::int64_t draw, const auto& task) {
    std::vector<int> count(static_cast<std::size_t>(processes * kTags), 0);
    for (const std::int64_t index :
         permutation(processes * kTags * kEach, Random(1, Stream::kTest, me, draw))) {
      const int line = static_cast<int>(index) % (processes * kTags);
      if (line % processes != me) {
        task(line % processes, line / processes, count[static_cast<std::size_t>(line)]++);
      }
    }
  };
  std::deque<std::string> texts;
  std::vector<Ticket> sends;
  visit(0, [&](int to, Tag tag, int k) {
    texts.push_back(content(me, to, tag, k));
    sends.push_back(start_send(transport, to, tag, texts.back()));
  });
  visit(1, [&](int from, Tag tag, int k) {
    found.expect(receive(transport, found, from, tag, 12) == content(from, me, tag, k),
                 content(from, me, tag, k));
  });
  for (const Ticket ticket : sends) {
    found.expect(transport.wait(ticket), "a send");
  }
}

void pass_a_word_around_a_ring(Transport& transport, Findings& found) {
  constexpr int kRounds = 200;
  const int me = transport.process();
  int word = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (me > 0 || round > 0) {
      const Tag tag = me == 0 ? round - 1 : round;
      word = std::stoi(receive(transport, found, previous_of(transport), tag % 7, 6));
    }
    const bool is_last = me == transport.processes() - 1 && round == kRounds - 1;
    if (!is_last) {
      send(transport, found, next_of(transport), round % 7, fmt::format("{:06}", word + 1));
    }
  }
  found.expect(word == (kRounds - 1) * transport.processes() + me, fmt::format("{} hands", word));
}

void serve_several_threads(Transport& transport, Findings& found) {
  constexpr int kThreads = 3;
  constexpr int kRounds = 100;
  std::vector<Findings> theirs(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Findings& here = theirs[static_cast<std::size_t>(t)];
      for (int round = 0; round < kRounds; ++round) {
        std::string in(12, '?');
        const Ticket asked = start_receive(transport, previous_of(transport), t, in);
        const std::string out = content(transport.process(), next_of(transport), t, round);
        send(transport, here, next_of(transport), t, out);
        here.expect(transport.wait(asked), "a receive");
        here.expect(in == content(previous_of(transport), transport.process(), t, round), in);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Findings& each : theirs) {
    for (const std::string& wrong : each.wrong()) {
      found.expect(false, wrong);
    }
  }
}

void say_when_a_message_has_come(Transport& transport, Findings& found) {
  std::string in(4, '?');
  const Ticket asked = start_receive(transport, previous_of(transport), 3, in);
  found.expect(!transport.is_done(asked), "nothing has been sent yet");
  meet(transport, found);
  found.expect(!transport.is_done(asked), "what has come is for others");
  meet(transport, found);
  send(transport, found, next_of(transport), 3, "here");
  while (!transport.is_done(asked)) {
    std::this_thread::yield();
  }
  found.expect(in == "here", "it is there when it is said to be");
  found.expect(transport.wait(asked), "a receive that is done");
}

void count_the_bytes_of_messages(Transport& transport, Findings& found) {
  const std::int64_t before = transport.bytes_sent();
  for (const int length : {0, 5, 100'000}) {
    const std::string text(static_cast<std::size_t>(length), 'x');
    const Ticket sent = start_send(transport, next_of(transport), 0, text);
    receive(transport, found, previous_of(transport), 0, text.size());
    found.expect(transport.wait(sent), "a send");
  }
  found.expect(transport.bytes_sent() - before == 100'005, "0 + 5 + 100000 bytes");
}

// Beside the messages of others that nobody has received yet.
void exchange_texts_of_any_length(Transport& transport, Findings& found) {
  const std::string aside = "aside";
  const Ticket sent = start_send(transport, next_of(transport), 0, aside);
  const auto of = [](int process, int round) {
    const int length = (process + round) % 3 * 40'000;  // none, one at once, one when asked for
    return std::string(static_cast<std::size_t>(length), static_cast<char>('a' + process));
  };
  for (int round = 0; round < 4; ++round) {
    const auto texts = exchange_texts(transport, of(transport.process(), round));
    found.expect(static_cast<bool>(texts), "an exchange");
    for (int p = 0; texts && p < transport.processes(); ++p) {
      found.expect(texts.value()[static_cast<std::size_t>(p)] == of(p, round),
                   fmt::format("the text of process {}", p));
    }
  }
  found.expect(receive(transport, found, previous_of(transport), 0, 5) == aside, aside);
  found.expect(transport.wait(sent), "a send");
}

// The caller has given it away meanwhile.
void keep_the_memory_of_messages(Transport& transport, Findings& found) {
  constexpr std::size_t kLength = 300'000;
  auto theirs = std::make_shared<std::string>(kLength, '?');
  auto mine = std::make_shared<std::string>(kLength, static_cast<char>('a' + transport.process()));
  const std::weak_ptr<std::string> theirs_now = theirs;
  const std::weak_ptr<std::string> mine_now = mine;
  const Ticket asked = transport.receive(
      previous_of(transport), 6, std::as_writable_bytes(std::span(*theirs)), theirs);
  theirs = nullptr;
  found.expect(!theirs_now.expired(), "what is received into is kept");
  theirs = theirs_now.lock();
  meet(transport, found);
  const Ticket sent = transport.send(next_of(transport), 6, std::as_bytes(std::span(*mine)), mine);
  mine = nullptr;
  found.expect(transport.wait(asked), "a receive");
  found.expect(transport.wait(sent), "a send");
  found.expect(theirs != nullptr && theirs->back() == 'a' + previous_of(transport), "a message");
  theirs = nullptr;
  found.expect(theirs_now.expired() && mine_now.expired(), "nothing is kept for ever");
}

}  // namespace

std::vector<Law> laws_of_messages() {
  return {{"KnowWhoTheyAre", know_who_they_are},
          {"KeepTheOrderOfATag", keep_the_order_of_a_tag},
          {"SeparateManyTags", separate_many_tags},
          {"CarryLargeMessagesBothWays", carry_large_messages_both_ways},
          {"LetTheSenderReuseItsBytes", let_the_sender_reuse_its_bytes},
          {"DeliverEverythingInWhateverOrder", deliver_everything_in_whatever_order},
          {"PassAWordAroundARing", pass_a_word_around_a_ring},
          {"ServeSeveralThreads", serve_several_threads},
          {"SayWhenAMessageHasCome", say_when_a_message_has_come},
          {"CountTheBytesOfMessages", count_the_bytes_of_messages},
          {"KeepTheMemoryOfMessages", keep_the_memory_of_messages},
          {"ExchangeTextsOfAnyLength", exchange_texts_of_any_length}};
}

}  // namespace murmur::comm
