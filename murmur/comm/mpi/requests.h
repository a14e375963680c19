// SPDX-License-Identifier: Apache-2.0
// What MPI still has to do: started sends and receives, the tickets that they belong to, and the
// notices on their way. Calls MPI, so one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/transport.h"

namespace murmur::comm {

// A ticket: done when none of its requests is left.
struct Entry {
  bool is_send = false;
  int peer = 0;
  Tag tag = 0;
  Memory memory = {};                      // of its bytes
  std::vector<MPI_Request> requests = {};  // those that MPI still works at
  std::string error = {};                  // MPI's own words
};

class Requests {
 public:
  Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  // REQUIRES: close() was called and MPI has come to its end.
  ~Requests() = default;

  Ticket send(Entry entry, std::span<const std::byte> bytes);
  Ticket receive(Entry entry, std::span<std::byte> bytes);
  // Of a message that is not started any more.
  Ticket nothing(Entry entry);
  void send_control(int to, const Notice& notice);

  // Lets MPI work; whether something has ended. AdaptiveSpin for the end of that ticket's message,
  // and of some others, as many as there may be. Notices that came are added to `heard`.
  bool test(Ticket first, std::vector<std::pair<int, Notice>>& heard);
  bool is_idle() const { return open_ == 0; }
  bool has_told_all() const { return told_.empty(); }

  const Entry& entry(Ticket ticket) const;
  void forget(Ticket ticket) { entries_.erase(ticket.id); }
  // No message is waited for any more, and nothing is written where a receive would have put one
  // that has not begun to come. What has begun goes on, so its memory stays.
  void give_up();
  // Hears nothing any more. What could not be told is MPI's.
  void close();

 private:
  struct Wire {
    std::int32_t kind = 0;
    std::int32_t length = 0;
    std::int64_t number = 0;
    char text[kNoticeText] = {};
  };
  struct Told {
    Wire wire;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  // Starts one request per gigabyte with start(offset, count), which returns MPI's code.
  template <class Start>
  Ticket add(Entry entry, std::size_t bytes, const Start& start);
  void listen();
  // Takes up what is to be looked at; false if that is nothing.
  bool choose(Ticket first);
  void choose(std::uint64_t id, Entry& entry);
  bool test_messages(Ticket first);
  bool test_notices(std::vector<std::pair<int, Notice>>& heard);

  MPI_Comm aside_ = MPI_COMM_NULL;  // of notices
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::deque<std::uint64_t> line_;  // tickets with requests, those next to be looked at first
  std::size_t open_ = 0;            // requests
  std::vector<Memory> kept_;        // of messages that were given up
  // Scratch of test(): requests, the tickets that they are of, and what became of them.
  std::vector<MPI_Request> requests_;
  std::vector<std::uint64_t> owners_;
  std::vector<int> ended_;
  std::vector<MPI_Status> statuses_;
  std::list<Told> told_;
  Wire hearing_;
  MPI_Request hearing_request_ = MPI_REQUEST_NULL;
};

}  // namespace murmur::comm
