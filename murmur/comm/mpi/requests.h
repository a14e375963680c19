// SPDX-License-Identifier: Apache-2.0
// What MPI still has to do: started sends and receives, the tickets that they belong to, and the
// notices on their way. Calls MPI, so one thread at a time.
#pragma once

#include <cstdint>
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
  int left = 0;
  std::string error = {};  // MPI's own words
};

class Requests {
 public:
  Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  ~Requests();

  Ticket send(int to, Tag tag, std::span<const std::byte> bytes);
  Ticket receive(int from, Tag tag, std::span<std::byte> bytes);
  void send_control(int to, const Notice& notice);

  // Lets MPI work; whether something has ended. Notices that came are added to `heard`.
  bool test(std::vector<std::pair<int, Notice>>& heard);
  bool is_idle() const { return requests_.empty(); }
  bool has_told_all() const { return told_.empty(); }

  const Entry& entry(Ticket ticket) const;
  void forget(Ticket ticket) { entries_.erase(ticket.id); }
  // No message is waited for any more, and nothing is written where a receive would have put one
  // that has not begun to come. What has begun goes on.
  void give_up();

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
  bool test_messages();
  bool test_notices(std::vector<std::pair<int, Notice>>& heard);

  MPI_Comm aside_ = MPI_COMM_NULL;  // of notices
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::vector<MPI_Request> requests_;
  std::vector<std::uint64_t> owners_;  // of requests_: tickets
  std::vector<int> ended_;             // scratch of test()
  std::vector<MPI_Status> statuses_;
  std::list<Told> told_;
  Wire hearing_;
  MPI_Request hearing_request_ = MPI_REQUEST_NULL;
};

}  // namespace murmur::comm
