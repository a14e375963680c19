// SPDX-License-Identifier: Apache-2.0
// Pending MPI requests: started sends and receives, the tickets that they belong to, and notices
// under way. Threads: one at a time, since every member may call MPI.
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

// The operation of a ticket: done when it has no requests left.
struct Entry {
  bool is_send = false;
  int peer = 0;
  Tag tag = 0;
  Memory memory = {};                      // owner of its bytes
  std::vector<MPI_Request> requests = {};  // not yet completed
  std::string error = {};                  // MPI's error message; empty: none
};

class Requests {
 public:
  // Messages and notices travel over duplicates of the communicator. Collective.
  explicit Requests(MPI_Comm communicator);
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  // REQUIRES: close() was called and returned true, or MPI_Finalize has returned.
  ~Requests() = default;

  Ticket send(Entry entry, std::span<const std::byte> bytes);
  Ticket receive(Entry entry, std::span<std::byte> bytes);
  // A ticket for a message that is not started, because the transport has failed.
  Ticket add_unstarted(Entry entry);
  void send_control(int to, const Notice& notice);

  // Lets MPI make progress; whether anything has completed. Tests the requests of ticket `first`
  // and of a bounded number of other tickets. Appends arrived notices to `received`.
  bool test(Ticket first, std::vector<std::pair<int, Notice>>& received);
  bool is_idle() const { return open_requests_ == 0; }
  bool all_notices_sent() const { return outgoing_.empty(); }

  const Entry& entry(Ticket ticket) const;
  void forget(Ticket ticket) { entries_.erase(ticket.id); }
  // Cancels all receives and stops tracking all requests. Nothing is written to the destination of
  // a message that has not started to arrive; transfers that have started continue, so their memory
  // is kept.
  void abandon_all();
  // Stops receiving notices. False: there are some that are not sent yet, which are left to MPI.
  bool close();
  // Collective. REQUIRES: close().
  void free_communicators();

 private:
  struct Wire {
    std::int32_t kind = 0;
    std::int32_t length = 0;
    std::int64_t number = 0;
    char text[kNoticeText] = {};
  };
  struct OutgoingNotice {
    Wire wire;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  // Starts one request per gibibyte with start(offset, count, request), which returns MPI's code.
  template <class Start>
  Ticket add(Entry entry, std::size_t bytes, const Start& start);
  // Posts the receive of the next notice.
  void receive_notice();
  // Collects into requests_ the requests that this test() examines. False: there are none.
  bool collect(Ticket first);
  void collect(std::uint64_t id, Entry& entry);
  bool test_messages(Ticket first);
  bool test_notices(std::vector<std::pair<int, Notice>>& received);

  MPI_Comm message_comm_ = MPI_COMM_NULL;
  MPI_Comm notice_comm_ = MPI_COMM_NULL;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::deque<std::uint64_t> poll_queue_;  // tickets with requests, next to be tested first
  std::size_t open_requests_ = 0;         // not yet completed
  std::vector<Memory> retained_;          // owners of the bytes of abandoned messages
  // Scratch of test(): requests, the tickets that they belong to, and the results of MPI_Testsome.
  std::vector<MPI_Request> requests_;
  std::vector<std::uint64_t> owners_;
  std::vector<int> completed_;
  std::vector<MPI_Status> statuses_;
  std::list<OutgoingNotice> outgoing_;
  Wire incoming_;
  MPI_Request incoming_request_ = MPI_REQUEST_NULL;
};

}  // namespace murmur::comm
