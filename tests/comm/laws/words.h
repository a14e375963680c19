// SPDX-License-Identifier: Apache-2.0
// Texts as messages, and the neighbors in a ring of processes.
#pragma once

#include <string>

#include "murmur/comm/transport.h"
#include "tests/comm/laws/laws.h"

namespace murmur::comm {

inline int next_of(const Transport& transport) {
  return (transport.process() + 1) % transport.processes();
}

inline int previous_of(const Transport& transport) {
  return (transport.process() + transport.processes() - 1) % transport.processes();
}

inline Ticket start_send(Transport& transport, int to, Tag tag, const std::string& text) {
  return transport.send(to, tag, std::as_bytes(std::span(text.data(), text.size())));
}

inline Ticket start_receive(Transport& transport, int from, Tag tag, std::string& into) {
  return transport.receive(from, tag, std::as_writable_bytes(std::span(into.data(), into.size())));
}

inline void send(Transport& transport, Findings& found, int to, Tag tag, const std::string& text) {
  found.expect(transport.wait(start_send(transport, to, tag, text)), "a send");
}

inline std::string receive(
    Transport& transport, Findings& found, int from, Tag tag, std::size_t length) {
  std::string text(length, '?');
  found.expect(transport.wait(start_receive(transport, from, tag, text)), "a receive");
  return text;
}

}  // namespace murmur::comm
