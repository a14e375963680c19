// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <new>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/host/host_transport.h"

namespace murmur::comm {
namespace {

// "FILE PROCESS BYTES HOST".
std::string text_of(const std::string& host, const SharedAddress& address) {
  return fmt::format("{} {} {} {}", address.file, address.process, address.bytes, host);
}

struct Offer {
  SharedAddress address;
  std::string host;
};

Offer read_offer(const std::string& text) {
  Offer offer;
  std::istringstream words(text);
  words >> offer.address.file >> offer.address.process >> offer.address.bytes >> std::ws;
  std::getline(words, offer.host);
  return offer;
}

// The segment of this process with all its rings, or empty memory where the system has none to
// share.
SharedMemory make_segment(int processes) {
  auto made = SharedMemory::make(SharedSegment::bytes(processes));
  if (!made) {
    return {};
  }
  auto* const segment = new (made.value().bytes().data()) SharedSegment;
  for (int p = 0; p < processes; ++p) {
    new (&segment->ring_to(p)) Ring;
  }
  return std::move(made).value();
}

}  // namespace

Result<std::unique_ptr<Transport>> share_host(std::unique_ptr<Transport> transport) {
  const std::string host = host_identity();
  SharedMemory segment = host.empty() ? SharedMemory() : make_segment(transport->processes());
  const bool offers = !segment.bytes().empty();
  const auto offered = exchange_texts(*transport, offers ? text_of(host, segment.address()) : "");
  if (!offered) {
    return offered.failure();
  }
  std::map<int, HostTransport::Neighbor> opened;
  for (int p = 0; p < transport->processes() && offers; ++p) {
    const Offer offer = read_offer(offered.value()[static_cast<std::size_t>(p)]);
    if (p == transport->process() || offer.host != host) {
      continue;
    }
    if (auto theirs = SharedMemory::open(offer.address)) {
      opened.emplace(p,
                     HostTransport::Neighbor{p, offer.address.process, std::move(theirs).value()});
    }
  }
  // Only pairs of processes that have opened each other's segments become neighbors.
  std::vector<char> mine(static_cast<std::size_t>(transport->processes()), '-');
  for (const auto& [p, neighbor] : opened) {
    mine[static_cast<std::size_t>(p)] = '+';
  }
  const auto theirs = exchange_texts(*transport, std::string(mine.begin(), mine.end()));
  if (!theirs) {
    return theirs.failure();
  }
  std::vector<HostTransport::Neighbor> neighbors;
  for (auto& [p, neighbor] : opened) {
    const std::string& has_opened = theirs.value()[static_cast<std::size_t>(p)];
    if (has_opened[static_cast<std::size_t>(transport->process())] == '+') {
      neighbors.push_back(std::move(neighbor));
    }
  }
  if (neighbors.empty()) {
    return transport;
  }
  return std::unique_ptr<Transport>(std::make_unique<HostTransport>(
      std::move(transport), std::move(segment), std::move(neighbors)));
}

}  // namespace murmur::comm
