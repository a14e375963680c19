// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/requests.h"

#include <algorithm>
#include <cstring>

#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

constexpr std::size_t kMaxRequestBytes = std::size_t{1} << 30U;  // MPI counts bytes in int
constexpr int kNoticeTag = 1;
// Tickets that one test examines beside the one that is waited for. Bounded, so that the cost of a
// test does not grow with the number of pending messages; MPI makes progress on all of them anyway.
constexpr std::size_t kMaxPolled = 16;

std::string error_string(int code) {
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

Requests::Requests(MPI_Comm communicator) {
  for (MPI_Comm* own : {&message_comm_, &notice_comm_}) {
    MPI_Comm_dup(communicator, own);
    MPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN);
  }
  receive_notice();
}

bool Requests::close() {
  if (incoming_request_ != MPI_REQUEST_NULL) {
    MPI_Cancel(&incoming_request_);
    MPI_Wait(&incoming_request_, MPI_STATUS_IGNORE);
  }
  for (OutgoingNotice& outgoing : outgoing_) {  // their receiver may be gone
    MPI_Request_free(&outgoing.request);
  }
  return outgoing_.empty();
}

void Requests::free_communicators() {
  for (MPI_Comm* own : {&message_comm_, &notice_comm_}) {
    MPI_Comm_free(own);
  }
}

void Requests::receive_notice() {
  MPI_Irecv(&incoming_,
            sizeof incoming_,
            MPI_BYTE,
            MPI_ANY_SOURCE,
            kNoticeTag,
            notice_comm_,
            &incoming_request_);
}

template <class Start>
Ticket Requests::add(Entry entry, std::size_t bytes, const Start& start) {
  const std::uint64_t id = next_id_++;
  std::size_t offset = 0;
  do {  // an empty message needs a request, too
    const std::size_t count = std::min(kMaxRequestBytes, bytes - offset);
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = start(offset, static_cast<int>(count), &request);
    if (code != MPI_SUCCESS) {
      entry.error = error_string(code);
      break;
    }
    entry.requests.push_back(request);
    offset += count;
  } while (offset < bytes);
  open_requests_ += entry.requests.size();
  entries_.emplace(id, std::move(entry));
  poll_queue_.push_back(id);
  return {id};
}

Ticket Requests::send(Entry entry, std::span<const std::byte> bytes) {
  const int to = entry.peer;
  const Tag tag = entry.tag;
  return add(
      std::move(entry), bytes.size(), [&](std::size_t offset, int count, MPI_Request* request) {
        return MPI_Isend(bytes.data() + offset, count, MPI_BYTE, to, tag, message_comm_, request);
      });
}

Ticket Requests::receive(Entry entry, std::span<std::byte> bytes) {
  const int from = entry.peer;
  const Tag tag = entry.tag;
  return add(
      std::move(entry), bytes.size(), [&](std::size_t offset, int count, MPI_Request* request) {
        return MPI_Irecv(bytes.data() + offset, count, MPI_BYTE, from, tag, message_comm_, request);
      });
}

Ticket Requests::add_unstarted(Entry entry) {
  const std::uint64_t id = next_id_++;
  entries_.emplace(id, std::move(entry));
  return {id};
}

void Requests::send_control(int to, const Notice& notice) {
  outgoing_.emplace_back();
  OutgoingNotice& outgoing = outgoing_.back();
  const std::size_t length = std::min(notice.text.size(), kNoticeText);
  outgoing.wire.kind = notice.kind;
  outgoing.wire.number = notice.number;
  outgoing.wire.length = static_cast<std::int32_t>(length);
  std::memcpy(outgoing.wire.text, notice.text.data(), length);
  const int code = MPI_Isend(&outgoing.wire,
                             sizeof outgoing.wire,
                             MPI_BYTE,
                             to,
                             kNoticeTag,
                             notice_comm_,
                             &outgoing.request);
  if (code != MPI_SUCCESS) {
    outgoing_.pop_back();
  }
}

bool Requests::test(Ticket first, std::vector<std::pair<int, Notice>>& received) {
  const bool has_progressed = test_messages(first);
  return test_notices(received) || has_progressed;
}

void Requests::collect(std::uint64_t id, Entry& entry) {
  requests_.insert(requests_.end(), entry.requests.begin(), entry.requests.end());
  owners_.resize(requests_.size(), id);
  entry.requests.clear();
}

bool Requests::collect(Ticket first) {
  requests_.clear();
  owners_.clear();
  if (const auto found = entries_.find(first.id); found != entries_.end()) {
    collect(first.id, found->second);
  }
  const std::size_t most = std::min(kMaxPolled, poll_queue_.size());
  for (std::size_t k = 0; k < most; ++k) {
    const std::uint64_t id = poll_queue_.front();
    poll_queue_.pop_front();
    const auto found = entries_.find(id);
    if (id == first.id) {
      poll_queue_.push_back(id);
    } else if (found != entries_.end() && !found->second.requests.empty()) {
      collect(id, found->second);
      poll_queue_.push_back(id);
    }
  }
  return !requests_.empty();
}

bool Requests::test_messages(Ticket first) {
  if (!collect(first)) {
    return false;
  }
  completed_.resize(requests_.size());
  statuses_.resize(requests_.size());
  int count = 0;
  const int code = MPI_Testsome(static_cast<int>(requests_.size()),
                                requests_.data(),
                                &count,
                                completed_.data(),
                                statuses_.data());
  count = count == MPI_UNDEFINED ? 0 : count;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    const auto place = static_cast<std::size_t>(completed_[k]);
    const int status_code = statuses_[k].MPI_ERROR;
    if (code == MPI_ERR_IN_STATUS && status_code != MPI_SUCCESS) {
      entries_.at(owners_[place]).error = error_string(status_code);
    }
    requests_[place] = MPI_REQUEST_NULL;
  }
  open_requests_ -= static_cast<std::size_t>(count);
  for (std::size_t k = 0; k < requests_.size(); ++k) {
    if (requests_[k] != MPI_REQUEST_NULL) {
      entries_.at(owners_[k]).requests.push_back(requests_[k]);
    }
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    Entry& entry = entries_.at(owners_[static_cast<std::size_t>(completed_[k])]);
    if (entry.requests.empty()) {
      entry.memory = nullptr;
    }
  }
  return count > 0;
}

bool Requests::test_notices(std::vector<std::pair<int, Notice>>& received) {
  const std::size_t before = received.size();
  int done = 1;
  while (incoming_request_ != MPI_REQUEST_NULL) {
    MPI_Status status;
    if (MPI_Test(&incoming_request_, &done, &status) != MPI_SUCCESS || done == 0) {
      break;
    }
    const auto length = std::min(static_cast<std::size_t>(incoming_.length), kNoticeText);
    received.emplace_back(status.MPI_SOURCE,
                          Notice{.kind = incoming_.kind,
                                 .number = incoming_.number,
                                 .text = std::string(incoming_.text, length)});
    receive_notice();
  }
  outgoing_.remove_if([](OutgoingNotice& outgoing) {
    int is_sent = 0;
    return MPI_Test(&outgoing.request, &is_sent, MPI_STATUS_IGNORE) != MPI_SUCCESS || is_sent != 0;
  });
  return received.size() > before;
}

const Entry& Requests::entry(Ticket ticket) const {
  const auto found = entries_.find(ticket.id);
  MURMUR_CHECK(found != entries_.end(), "ticket {} was waited for before", ticket.id);
  return found->second;
}

void Requests::abandon_all() {
  for (auto& [id, entry] : entries_) {
    for (MPI_Request& request : entry.requests) {
      if (!entry.is_send) {
        MPI_Cancel(&request);
      }
      MPI_Request_free(&request);
    }
    if (!entry.requests.empty() && entry.memory != nullptr) {
      retained_.push_back(std::move(entry.memory));
    }
    entry.requests.clear();
  }
  poll_queue_.clear();
  open_requests_ = 0;
}

}  // namespace murmur::comm
