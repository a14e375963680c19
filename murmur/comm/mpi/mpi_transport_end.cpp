// SPDX-License-Identifier: Apache-2.0
// How a transport over MPI ends: with its owner, or before the host program finalizes MPI.
#include "murmur/comm/mpi/mpi_transport.h"
#include "murmur/comm/mpi/start_mpi.h"

namespace murmur::comm {
namespace {

constexpr std::chrono::milliseconds kDrainLimit{500};

}  // namespace

MpiTransport::~MpiTransport() {
  forget_finalize(this);
  bool failed = false;
  bool all_sent = false;
  const auto limit = Clock::now() + kDrainLimit;
  while (!all_sent && Clock::now() < limit) {
    progress();
    const Lock lock(mutex_);
    all_sent = has_ended_ || requests_->all_notices_sent();
  }
  {
    const Lock lock(mutex_);
    closing_ = true;
    failed = failure_.has_value();
  }
  work_.notify_all();
  long_wait_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  const Lock lock(mutex_);
  if (has_ended_) {
    return;
  }
  if (failed) {
    static_cast<void>(requests_.release());  // MPI may still access them
    give_mpi_up();
    return;
  }
  const bool all_closed = requests_->close();
  if (world_.finalizes) {
    finish_mpi();
    return;
  }
  requests_->free_communicators();
  if (!all_closed) {
    static_cast<void>(requests_.release());
  }
}

void MpiTransport::end() {
  {
    const Lock lock(mutex_);
    if (!failure_) {
      fail_with({FailureKind::kInvalid, "MPI was finalized"});
    }
    requests_->close();
    has_ended_ = true;
    closing_ = true;
  }
  work_.notify_all();
  long_wait_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace murmur::comm
