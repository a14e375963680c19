// SPDX-License-Identifier: Apache-2.0
// A published message is read in the memory of its sender until the view is released.
#include <algorithm>
#include <cstring>
#include <deque>

#include <fmt/format.h>

#include "tests/comm/laws/words.h"

namespace murmur::comm {
namespace {

// Shared memory that holds a text.
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
  found.expect(transport.wait(ticket), "an acquire");
  const std::string text = text_of(transport.shared_views()->view(ticket));
  transport.shared_views()->release(ticket);
  return text;
}

void reach_every_other_process(Transport& transport, Findings& found) {
  for (int p = 0; p < transport.processes(); ++p) {
    found.expect(transport.shared_views()->reaches(p) == (p != transport.process()),
                 fmt::format("process {}", p));
  }
}

void publish_without_a_copy(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, "first");
  const Ticket published = shared_views.publish(next_of(transport), 3, memory);
  const Ticket acquired = shared_views.acquire(previous_of(transport), 3);
  found.expect(transport.wait(acquired), "an acquire");
  found.expect(text_of(shared_views.view(acquired)) == "first", "what was published");
  meet(transport, found);
  std::memcpy(memory.data(), "other", 5);
  meet(transport, found);
  found.expect(text_of(shared_views.view(acquired)) == "other", "what is there now");
  found.expect(!transport.is_done(published), "it is still acquired");
  meet(transport, found);
  shared_views.release(acquired);
  found.expect(transport.wait(published), "a publish");
  shared_views.release(memory);
}

// A part of the memory, to several processes at once.
void publish_to_many(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, std::string(100'000, 'x') + "the end");
  std::vector<Ticket> published;
  std::vector<Ticket> acquired;
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      published.push_back(shared_views.publish(p, 5, memory.last(7)));
      acquired.push_back(shared_views.acquire(p, 5));
    }
  }
  for (const Ticket ticket : acquired) {
    found.expect(transport.wait(ticket), "an acquire");
    found.expect(text_of(shared_views.view(ticket)) == "the end", "the part that was published");
    shared_views.release(ticket);
  }
  for (const Ticket ticket : published) {
    found.expect(transport.wait(ticket), "a publish");
  }
  shared_views.release(memory);
}

// Sends and publishes with one tag arrive in order, whether they are received or acquired.
void mix_with_messages(Transport& transport, Findings& found) {
  SharedViews& shared_views = *transport.shared_views();
  const std::span<std::byte> memory = written(shared_views, "view");
  std::vector<Ticket> tickets;
  for (int k = 0; k < 4; ++k) {
    tickets.push_back(k % 2 == 0 ? start_send(transport, next_of(transport), 1, "sent")
                                 : shared_views.publish(next_of(transport), 1, memory));
  }
  found.expect(acquire(transport, found, 1) == "sent", "a message that is acquired");
  found.expect(acquire(transport, found, 1) == "view", "a view that is acquired");
  found.expect(receive(transport, found, previous_of(transport), 1, 4) == "sent", "a message");
  found.expect(receive(transport, found, previous_of(transport), 1, 4) == "view",
               "a view that is received");
  for (const Ticket ticket : tickets) {
    found.expect(transport.wait(ticket), "a publish");
  }
  shared_views.release(memory);
}

// More messages than a ring has descriptors, released in another order.
void publish_very_often(Transport& transport, Findings& found) {
  constexpr int kCount = 5000;
  constexpr std::size_t kLength = 6;
  SharedViews& shared_views = *transport.shared_views();
  std::string all;
  for (int k = 0; k < kCount; ++k) {
    all += fmt::format("{:06}", k);
  }
  const std::span<std::byte> memory = written(shared_views, all);
  std::vector<Ticket> published;
  std::deque<Ticket> acquired;
  for (int k = 0; k < kCount; ++k) {
    const std::size_t begin = static_cast<std::size_t>(k) * kLength;
    published.push_back(
        shared_views.publish(next_of(transport), k % 3, memory.subspan(begin, kLength)));
    acquired.push_back(shared_views.acquire(previous_of(transport), k % 3));
  }
  for (int k = 0; k < kCount; ++k) {  // two from the front, one from there on
    const std::size_t at = acquired.size() > 2 && k % 3 == 0 ? 2 : 0;
    const Ticket ticket = acquired[at];
    found.expect(transport.wait(ticket), "an acquire");
    const std::string text = text_of(shared_views.view(ticket));
    found.expect(text.size() == kLength && all.find(text) != std::string::npos, text);
    shared_views.release(ticket);
    acquired.erase(acquired.begin() + static_cast<std::ptrdiff_t>(at));
  }
  for (const Ticket ticket : published) {
    found.expect(transport.wait(ticket), "a publish");
  }
  shared_views.release(memory);
}

void reuse_memory(Transport& transport, Findings& found) {
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

// The receiver acquires the message before all of it is written.
void acquire_a_long_message_whole(Transport& transport, Findings& found) {
  for (int round = 0; round < 10; ++round) {
    const std::string text(3'000'000, static_cast<char>('a' + round));
    const bool sends = (transport.process() + round) % 2 == 0;
    const bool receives = (previous_of(transport) + round) % 2 == 0;
    if (receives && !sends) {
      found.expect(acquire(transport, found, 4) == text, "what was acquired");
    }
    if (sends) {
      found.expect(transport.wait(start_send(transport, next_of(transport), 4, text)), "a send");
    }
    if (receives && sends) {  // an odd number of processes
      found.expect(acquire(transport, found, 4) == text, "what was acquired");
    }
  }
}

std::vector<Law> laws_of_shared_views() {
  return {{"ReachEveryOtherProcess", reach_every_other_process},
          {"PublishWithoutACopy", publish_without_a_copy},
          {"PublishToMany", publish_to_many},
          {"MixWithMessages", mix_with_messages},
          {"AcquireALongMessageWhole", acquire_a_long_message_whole},
          {"PublishVeryOften", publish_very_often},
          {"ReuseMemory", reuse_memory}};
}

}  // namespace murmur::comm
