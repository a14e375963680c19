# SPDX-License-Identifier: Apache-2.0
# murmur/comm/mpi as libmurmur_openmpi.so and libmurmur_mpich.so, as many as there are implementations of MPI
# here. comm loads the one that belongs to the launcher. Without any the program says what would bring one.
# Not under sanitizers: libraries of MPI leak and race by themselves, and the tests under mpirun are left out there.
find_package(PkgConfig QUIET)
if(MURMUR_SANITIZE)
  message(STATUS "MPI: left out under sanitizers")
  set(OPENMPI_FOUND FALSE)
  set(MPICH_FOUND FALSE)
elseif(PKG_CONFIG_FOUND)
  pkg_check_modules(OPENMPI QUIET IMPORTED_TARGET ompi-c)
  pkg_check_modules(MPICH QUIET IMPORTED_TARGET mpich)
endif()
# Elsewhere (a cluster's module, say) there is one MPI, and it knows itself.
if(NOT OPENMPI_FOUND AND NOT MPICH_FOUND AND NOT MURMUR_SANITIZE)
  find_package(MPI QUIET COMPONENTS C)
  if(MPI_C_FOUND AND MPI_C_LIBRARY_VERSION_STRING MATCHES "MPICH|Intel|MVAPICH|CRAY")
    set(MPICH_FOUND TRUE)
    add_library(PkgConfig::MPICH ALIAS MPI::MPI_C)
  elseif(MPI_C_FOUND)
    set(OPENMPI_FOUND TRUE)
    add_library(PkgConfig::OPENMPI ALIAS MPI::MPI_C)
  endif()
endif()

# The libraries themselves: murmur_shared.cmake, as they need libmurmur.so.
set(MURMUR_MPI "")
foreach(implementation OPENMPI MPICH)
  if(${implementation}_FOUND)
    list(APPEND MURMUR_MPI ${implementation})
    string(TOLOWER ${implementation} name)
    message(STATUS "MPI: ${name} ${${implementation}_VERSION}${MPI_C_VERSION}")
  endif()
endforeach()
