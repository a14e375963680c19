// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/requests.h"

#include <algorithm>
#include <cstring>

#include "murmur/core/check.h"

namespace murmur::comm {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30U;  // bytes of one request: MPI counts in int
constexpr int kNoticeTag = 1;
// Messages that one test looks at beside the one that is waited for. What it costs must not grow
// with the messages under way; MPI works at all of them whichever are looked at.
constexpr std::size_t kAtATime = 16;

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

void Requests::close() {
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
    entry.requests.push_back(request);
    offset += count;
  } while (offset < bytes);
  open_ += entry.requests.size();
  entries_.emplace(id, std::move(entry));
  line_.push_back(id);
  return {id};
}

Ticket Requests::send(Entry entry, std::span<const std::byte> bytes) {
  const int to = entry.peer;
  const Tag tag = entry.tag;
  return add(
      std::move(entry), bytes.size(), [&](std::size_t offset, int count, MPI_Request* request) {
        return MPI_Isend(bytes.data() + offset, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, request);
      });
}

Ticket Requests::receive(Entry entry, std::span<std::byte> bytes) {
  const int from = entry.peer;
  const Tag tag = entry.tag;
  return add(
      std::move(entry), bytes.size(), [&](std::size_t offset, int count, MPI_Request* request) {
        return MPI_Irecv(
            bytes.data() + offset, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, request);
      });
}

Ticket Requests::nothing(Entry entry) {
  const std::uint64_t id = next_id_++;
  entries_.emplace(id, std::move(entry));
  return {id};
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

bool Requests::test(Ticket first, std::vector<std::pair<int, Notice>>& heard) {
  const bool moved = test_messages(first);
  return test_notices(heard) || moved;
}

void Requests::choose(std::uint64_t id, Entry& entry) {
  requests_.insert(requests_.end(), entry.requests.begin(), entry.requests.end());
  owners_.resize(requests_.size(), id);
  entry.requests.clear();
}

bool Requests::choose(Ticket first) {
  requests_.clear();
  owners_.clear();
  if (const auto found = entries_.find(first.id); found != entries_.end()) {
    choose(first.id, found->second);
  }
  const std::size_t most = std::min(kAtATime, line_.size());
  for (std::size_t k = 0; k < most; ++k) {
    const std::uint64_t id = line_.front();
    line_.pop_front();
    const auto found = entries_.find(id);
    if (id == first.id) {
      line_.push_back(id);
    } else if (found != entries_.end() && !found->second.requests.empty()) {
      choose(id, found->second);
      line_.push_back(id);
    }
  }
  return !requests_.empty();
}

bool Requests::test_messages(Ticket first) {
  if (!choose(first)) {
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
  count = count == MPI_UNDEFINED ? 0 : count;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    const auto place = static_cast<std::size_t>(ended_[k]);
    const int its_code = statuses_[k].MPI_ERROR;
    if (code == MPI_ERR_IN_STATUS && its_code != MPI_SUCCESS) {
      entries_.at(owners_[place]).error = words_of(its_code);
    }
    requests_[place] = MPI_REQUEST_NULL;
  }
  open_ -= static_cast<std::size_t>(count);
  for (std::size_t k = 0; k < requests_.size(); ++k) {
    if (requests_[k] != MPI_REQUEST_NULL) {
      entries_.at(owners_[k]).requests.push_back(requests_[k]);
    }
  }
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    Entry& entry = entries_.at(owners_[static_cast<std::size_t>(ended_[k])]);
    if (entry.requests.empty()) {
      entry.memory = nullptr;
    }
  }
  return count > 0;
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
  for (auto& [id, entry] : entries_) {
    for (MPI_Request& request : entry.requests) {
      if (!entry.is_send) {
        MPI_Cancel(&request);
      }
      MPI_Request_free(&request);
    }
    if (!entry.requests.empty() && entry.memory != nullptr) {
      kept_.push_back(std::move(entry.memory));
    }
    entry.requests.clear();
  }
  line_.clear();
  open_ = 0;
}

}  // namespace murmur::comm
