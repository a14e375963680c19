// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/exchange.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "murmur/comm/wait_all.h"

namespace murmur::comm {
namespace {

constexpr Tag kLengthTag = kTagsOfTexts - 2;
constexpr Tag kTextTag = kTagsOfTexts - 1;

// The buffers of the messages, kept alive until the transport no longer uses them.
struct Texts {
  std::uint64_t my_length = 0;
  std::string mine;
  std::vector<std::uint64_t> lengths;
  std::vector<std::string> all;
};

std::span<std::byte> bytes_of(std::uint64_t& number) {
  return std::as_writable_bytes(std::span(&number, 1));
}

std::span<std::byte> bytes_of(std::string& text) {
  return std::as_writable_bytes(std::span(text.data(), text.size()));
}

// Sends `mine` to every other process and receives theirs, all at the same time.
template <class T>
Status exchange_with_all(
    Transport& transport, Tag tag, T& mine, std::vector<T>& theirs, const Memory& memory) {
  std::vector<Ticket> tickets;
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      T& place = theirs[static_cast<std::size_t>(p)];
      tickets.push_back(transport.receive(p, tag, bytes_of(place), memory));
      tickets.push_back(transport.send(p, tag, bytes_of(mine), memory));
    }
  }
  return wait_all(transport, tickets);
}

}  // namespace

Result<std::vector<std::string>> exchange_texts(Transport& transport, const std::string& mine) {
  const auto processes = static_cast<std::size_t>(transport.processes());
  const auto texts = std::make_shared<Texts>(Texts{.my_length = mine.size(),
                                                   .mine = mine,
                                                   .lengths = std::vector<std::uint64_t>(processes),
                                                   .all = std::vector<std::string>(processes)});
  if (const Status exchanged =
          exchange_with_all(transport, kLengthTag, texts->my_length, texts->lengths, texts);
      !exchanged) {
    return exchanged.failure();
  }
  for (std::size_t p = 0; p < processes; ++p) {
    texts->all[p].resize(texts->lengths[p]);
  }
  if (const Status exchanged =
          exchange_with_all(transport, kTextTag, texts->mine, texts->all, texts);
      !exchanged) {
    return exchanged.failure();
  }
  texts->all[static_cast<std::size_t>(transport.process())] = mine;
  return std::move(texts->all);
}

}  // namespace murmur::comm
