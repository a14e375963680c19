// SPDX-License-Identifier: Apache-2.0
// What is lent is read where it lies, for as long as it is borrowed.
#include <algorithm>
#include <cstring>
#include <deque>

#include <fmt/format.h>

#include "tests/comm/laws/words.h"

namespace murmur::comm {
namespace {

// Memory with a text in it.
std::span<std::byte> written(SharedViews& shared_views, const std::string& text) {
  const std::span<std::byte> memory = shared_views.take(text.size()).value();
  std::memcpy(memory.data(), text.data(), text.size());
  return memory;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string acquire(Transport& transport, Findings& found, Tag tag) {
  const Ticket ticket = transport.shared_views()->acquire(previous_of(transport), tag);
  found.expect(transport.wait(ticket), "a borrow");
  const std::string text = text_of(transport.shared_views()->view(ticket));
  transport.shared_views()->release(ticket);
  return text;
}

void reach_everybody_else(Transport& transport, Findings& found) {
  for (int p = 0; p < transport.processes(); ++p) {
    found.expect(transport.shared_views()->reaches(p) == (p != transport.process()),
                 fmt::format("process {}", p));
  }
}

void lend_without_a_copy(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, "first");
  const Ticket lent = shared_views.publish(next_of(transport), 3, memory);
  const Ticket asked = shared_views.acquire(previous_of(transport), 3);
  found.expect(transport.wait(asked), "a borrow");
  found.expect(text_of(shared_views.view(asked)) == "first", "what was lent");
  meet(transport, found);
  std::memcpy(memory.data(), "other", 5);
  meet(transport, found);
  found.expect(text_of(shared_views.view(asked)) == "other", "what is there now");
  found.expect(!transport.is_done(lent), "it is still borrowed");
  meet(transport, found);
  shared_views.release(asked);
  found.expect(transport.wait(lent), "a lend");
  shared_views.release(memory);
}

// A part of the memory, to several at once.
void lend_to_many(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, std::string(100'000, 'x') + "the end");
  std::vector<Ticket> lent;
  std::vector<Ticket> asked;
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      lent.push_back(shared_views.publish(p, 5, memory.last(7)));
      asked.push_back(shared_views.acquire(p, 5));
    }
  }
  for (const Ticket ticket : asked) {
    found.expect(transport.wait(ticket), "a borrow");
    found.expect(text_of(shared_views.view(ticket)) == "the end", "the part that was lent");
    shared_views.release(ticket);
  }
  for (const Ticket ticket : lent) {
    found.expect(transport.wait(ticket), "a lend");
  }
  shared_views.release(memory);
}

// Sent or lent, received or borrowed: one line.
void mix_with_messages(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, "lent");
  std::vector<Ticket> given;
  for (int k = 0; k < 4; ++k) {
    given.push_back(k % 2 == 0 ? start_send(transport, next_of(transport), 1, "sent")
                               : shared_views.publish(next_of(transport), 1, memory));
  }
  found.expect(acquire(transport, found, 1) == "sent", "a message that is borrowed");
  found.expect(acquire(transport, found, 1) == "lent", "a loan that is borrowed");
  found.expect(receive(transport, found, previous_of(transport), 1, 4) == "sent", "a message");
  found.expect(receive(transport, found, previous_of(transport), 1, 4) == "lent",
               "a loan that is received");
  for (const Ticket ticket : given) {
    found.expect(transport.wait(ticket), "a lend");
  }
  shared_views.release(memory);
}

// More than there is room to tell of, given back in another order.
void lend_very_often(Transport& transport, Findings& found) {
  constexpr int kCount = 5000;
  constexpr std::size_t kLength = 6;
  SharedViews& shared_views = *transport.shared_views();
  std::string all;
  for (int k = 0; k < kCount; ++k) {
    all += fmt::format("{:06}", k);
  }
  const std::span<std::byte> memory = written(shared_views, all);
  std::vector<Ticket> lent;
  std::deque<Ticket> asked;
  for (int k = 0; k < kCount; ++k) {
    const std::size_t begin = static_cast<std::size_t>(k) * kLength;
    lent.push_back(shared_views.publish(next_of(transport), k % 3, memory.subspan(begin, kLength)));
    asked.push_back(shared_views.acquire(previous_of(transport), k % 3));
  }
  for (int k = 0; k < kCount; ++k) {  // two from the front, one from there on
    const std::size_t at = asked.size() > 2 && k % 3 == 0 ? 2 : 0;
    const Ticket ticket = asked[at];
    found.expect(transport.wait(ticket), "a borrow");
    const std::string text = text_of(shared_views.view(ticket));
    found.expect(text.size() == kLength && all.find(text) != std::string::npos, text);
    shared_views.release(ticket);
    asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(at));
  }
  for (const Ticket ticket : lent) {
    found.expect(transport.wait(ticket), "a lend");
  }
  shared_views.release(memory);
}

void use_memory_again(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{300}, std::size_t{5'000'000}}) {
    const std::span<std::byte> memory = shared_views.take(bytes).value();
    const std::byte* const place = memory.data();
    found.expect(memory.size() == bytes && reinterpret_cast<std::uintptr_t>(place) % 64 == 0,
                 fmt::format("{} bytes on a line", bytes));
    std::fill(memory.begin(), memory.end(), std::byte{1});
    shared_views.release(memory);
    const std::span<std::byte> again = shared_views.take(bytes).value();
    found.expect(again.data() == place, "the same memory");
    shared_views.release(again);
  }
}

}  // namespace

// Who borrows is there before all of it is written.
void borrow_a_long_message_whole(Transport& transport, Findings& found) {
  for (int round = 0; round < 10; ++round) {
    const std::string text(3'000'000, static_cast<char>('a' + round));
    const bool sends = (transport.process() + round) % 2 == 0;
    const bool hears = (previous_of(transport) + round) % 2 == 0;
    if (hears && !sends) {
      found.expect(acquire(transport, found, 4) == text, "what was borrowed");
    }
    if (sends) {
      found.expect(transport.wait(start_send(transport, next_of(transport), 4, text)), "a send");
    }
    if (hears && sends) {  // an odd number of processes
      found.expect(acquire(transport, found, 4) == text, "what was borrowed");
    }
  }
}

std::vector<Law> laws_of_lending() {
  return {{"ReachEverybodyElse", reach_everybody_else},
          {"LendWithoutACopy", lend_without_a_copy},
          {"LendToMany", lend_to_many},
          {"MixWithMessages", mix_with_messages},
          {"BorrowALongMessageWhole", borrow_a_long_message_whole},
          {"LendVeryOften", lend_very_often},
          {"UseMemoryAgain", use_memory_again}};
}

}  // namespace murmur::comm
