// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/exchange.h"

#include <cstdint>
#include <utility>

#include "murmur/comm/wait_all.h"

namespace murmur::comm {
namespace {

constexpr Tag kLengthTag = kTagsOfTexts - 2;
constexpr Tag kTextTag = kTagsOfTexts - 1;

template <class T>
std::span<const std::byte> bytes_of(const T& values) {
  return std::as_bytes(std::span(values.data(), values.size()));
}

// Both directions at once.
Status swap_bytes(Transport& transport,
                  Tag tag,
                  std::span<const std::byte> mine,
                  const std::vector<std::span<std::byte>>& theirs) {
  std::vector<Ticket> tickets;
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      tickets.push_back(transport.receive(p, tag, theirs[static_cast<std::size_t>(p)]));
      tickets.push_back(transport.send(p, tag, mine));
    }
  }
  return wait_all(transport, tickets);
}

}  // namespace

Result<std::vector<std::string>> exchange_texts(Transport& transport, const std::string& mine) {
  const auto processes = static_cast<std::size_t>(transport.processes());
  const std::vector<std::uint64_t> my_length{mine.size()};
  std::vector<std::uint64_t> lengths(processes);
  std::vector<std::span<std::byte>> places;
  for (std::uint64_t& length : lengths) {
    places.push_back(std::as_writable_bytes(std::span(&length, 1)));
  }
  if (const Status told = swap_bytes(transport, kLengthTag, bytes_of(my_length), places); !told) {
    return told.failure();
  }
  std::vector<std::string> texts(processes);
  places.clear();
  for (std::size_t p = 0; p < processes; ++p) {
    texts[p].resize(lengths[p]);
    places.push_back(std::as_writable_bytes(std::span(texts[p].data(), texts[p].size())));
  }
  if (const Status told = swap_bytes(transport, kTextTag, bytes_of(mine), places); !told) {
    return told.failure();
  }
  texts[static_cast<std::size_t>(transport.process())] = mine;
  return texts;
}

}  // namespace murmur::comm
