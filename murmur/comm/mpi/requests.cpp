// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/requests.h"

#include <algorithm>
#include <cstring>

#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30U;  // bytes of one request: MPI counts in int
constexpr int kNoticeTag = 1;

std::string words_of(int code) {
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

Requests::Requests() {
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_dup(MPI_COMM_WORLD, &aside_);
  MPI_Comm_set_errhandler(aside_, MPI_ERRORS_RETURN);
  listen();
}

Requests::~Requests() {
  if (hearing_request_ != MPI_REQUEST_NULL) {
    MPI_Cancel(&hearing_request_);
    MPI_Request_free(&hearing_request_);
  }
  for (Told& told : told_) {  // to someone who is gone
    MPI_Request_free(&told.request);
  }
}

void Requests::listen() {
  MPI_Irecv(
      &hearing_, sizeof hearing_, MPI_BYTE, MPI_ANY_SOURCE, kNoticeTag, aside_, &hearing_request_);
}

template <class Start>
Ticket Requests::add(Entry entry, std::size_t bytes, const Start& start) {
  const std::uint64_t id = next_id_++;
  std::size_t offset = 0;
  do {  // an empty message is one, too
    const std::size_t count = std::min(kLargest, bytes - offset);
    MPI_Request request = MPI_REQUEST_NULL;
    const int code = start(offset, static_cast<int>(count), &request);
    if (code != MPI_SUCCESS) {
      entry.error = words_of(code);
      break;
    }
    requests_.push_back(request);
    owners_.push_back(id);
    ++entry.left;
    offset += count;
  } while (offset < bytes);
  entries_.emplace(id, std::move(entry));
  return {id};
}

Ticket Requests::send(int to, Tag tag, std::span<const std::byte> bytes) {
  return add({.is_send = true, .peer = to, .tag = tag},
             bytes.size(),
             [&](std::size_t offset, int count, MPI_Request* request) {
               return MPI_Isend(
                   bytes.data() + offset, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, request);
             });
}

Ticket Requests::receive(int from, Tag tag, std::span<std::byte> bytes) {
  return add({.is_send = false, .peer = from, .tag = tag},
             bytes.size(),
             [&](std::size_t offset, int count, MPI_Request* request) {
               return MPI_Irecv(
                   bytes.data() + offset, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, request);
             });
}

void Requests::send_control(int to, const Notice& notice) {
  told_.emplace_back();
  Told& told = told_.back();
  const std::size_t length = std::min(notice.text.size(), kNoticeText);
  told.wire.kind = notice.kind;
  told.wire.number = notice.number;
  told.wire.length = static_cast<std::int32_t>(length);
  std::memcpy(told.wire.text, notice.text.data(), length);
  const int code =
      MPI_Isend(&told.wire, sizeof told.wire, MPI_BYTE, to, kNoticeTag, aside_, &told.request);
  if (code != MPI_SUCCESS) {
    told_.pop_back();
  }
}

bool Requests::test(std::vector<std::pair<int, Notice>>& heard) {
  const bool moved = test_messages();
  return test_notices(heard) || moved;
}

bool Requests::test_messages() {
  if (requests_.empty()) {
    return false;
  }
  ended_.resize(requests_.size());
  statuses_.resize(requests_.size());
  int count = 0;
  const int code = MPI_Testsome(static_cast<int>(requests_.size()),
                                requests_.data(),
                                &count,
                                ended_.data(),
                                statuses_.data());
  if (count == MPI_UNDEFINED || count == 0) {
    return false;
  }
  for (int k = 0; k < count; ++k) {
    const auto place = static_cast<std::size_t>(ended_[static_cast<std::size_t>(k)]);
    const auto entry = entries_.find(owners_[place]);
    owners_[place] = 0;
    if (entry == entries_.end()) {
      continue;  // its waiter has given up
    }
    --entry->second.left;
    const int its_code = statuses_[static_cast<std::size_t>(k)].MPI_ERROR;
    if (code == MPI_ERR_IN_STATUS && its_code != MPI_SUCCESS) {
      entry->second.error = words_of(its_code);
    }
  }
  std::size_t kept = 0;
  for (std::size_t k = 0; k < requests_.size(); ++k) {
    if (owners_[k] != 0) {
      requests_[kept] = requests_[k];
      owners_[kept++] = owners_[k];
    }
  }
  requests_.resize(kept);
  owners_.resize(kept);
  return true;
}

bool Requests::test_notices(std::vector<std::pair<int, Notice>>& heard) {
  const std::size_t before = heard.size();
  int done = 1;
  while (hearing_request_ != MPI_REQUEST_NULL) {
    MPI_Status status;
    if (MPI_Test(&hearing_request_, &done, &status) != MPI_SUCCESS || done == 0) {
      break;
    }
    const auto length = std::min(static_cast<std::size_t>(hearing_.length), kNoticeText);
    heard.emplace_back(status.MPI_SOURCE,
                       Notice{.kind = hearing_.kind,
                              .number = hearing_.number,
                              .text = std::string(hearing_.text, length)});
    listen();
  }
  told_.remove_if([](Told& told) {
    int left = 0;
    return MPI_Test(&told.request, &left, MPI_STATUS_IGNORE) != MPI_SUCCESS || left != 0;
  });
  return heard.size() > before;
}

const Entry& Requests::entry(Ticket ticket) const {
  const auto found = entries_.find(ticket.id);
  MURMUR_CHECK(found != entries_.end(), "ticket {} was waited for before", ticket.id);
  return found->second;
}

void Requests::give_up() {
  for (std::size_t k = 0; k < requests_.size(); ++k) {
    const auto entry = entries_.find(owners_[k]);
    if (entry == entries_.end() || !entry->second.is_send) {
      MPI_Cancel(&requests_[k]);
    }
    MPI_Request_free(&requests_[k]);
  }
  requests_.clear();
  owners_.clear();
}

}  // namespace murmur::comm
