// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of MPI in this process.
#pragma once

#include <functional>
#include <string>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"

namespace murmur::comm {

// The first line of MPI's version string; in MPICH's, the configure options follow.
std::string mpi_library_version();

// Held during every call of MPI that may be made by several threads: a level of
// MPI_THREAD_SERIALIZED then suffices, also for several transports.
Mutex& mpi_mutex();

// Initializes MPI. kPeer: it does not start; kInvalid: it is not for threads.
Status start_mpi();
// REQUIRES: start_mpi(); all processes call it.
void finish_mpi();

// From which threads this code may call MPI.
enum class Calls { kAnyThread, kCallers };
// Initializes MPI unless it is, and then finalizes it when the process exits. What it changes of
// the process meanwhile (signal handlers, environment) is put back. kInvalid: it is finalized.
Result<Calls> join_mpi();
// To be called when the host program finalizes MPI, just before: MPI may be called for the last
// time. Of an object that lives until forget_finalize(). REQUIRES: join_mpi().
void before_finalize(const void* object, std::function<void()> call);
void forget_finalize(const void* object);
bool is_finalized();
// No call of MPI will end any more: it is not finalized at exit, and not joined again.
void give_mpi_up();

}  // namespace murmur::comm
