// SPDX-License-Identifier: Apache-2.0
// mpi.h without the C++ bindings, which were removed from MPI.
#pragma once

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
