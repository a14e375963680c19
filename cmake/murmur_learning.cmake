# SPDX-License-Identifier: Apache-2.0
# murmur/learning, in three parts:
#   murmur_learning_itself     all but torch/
#   murmur_learning_torch      torch/, with torch
#   murmur_learning_loader     on_demand.cpp: stands in for torch/, and loads it as libmurmur_torch.so
# Tests and benchmarks link the first two as murmur_learning, the program the first and the last as
# murmur_learning_on_demand. Without torch both are without_torch.cpp and what needs no torch to be compiled.
set(folders FOLDERS core problems data models)
if(NOT MURMUR_WITH_TORCH)
  murmur_library(learning ${folders} KERNELS LIBRARIES ${CMAKE_DL_LIBS}
                 ONLY "/(without_torch|loss|predict|supervised|(compiled|translation|weights)/[a-z0-9_]+).cpp$")
  add_library(murmur_learning_on_demand ALIAS murmur_learning)
  return()
endif()

murmur_library(learning AS learning_itself ${folders} KERNELS LIBRARIES murmur_matmul
               WITHOUT "/torch/|/(without_torch|on_demand).cpp$|${MURMUR_OTHER_MATMUL}")
# For torch's version alone.
target_include_directories(murmur_learning_itself SYSTEM PRIVATE
                           $<TARGET_PROPERTY:murmur_torch,INTERFACE_INCLUDE_DIRECTORIES>)

# The names of autocast's functions changed.
set(autocast autocast)
if(MURMUR_TORCH_VERSION VERSION_LESS 2.4)
  set(autocast autocast_before_2_4)
endif()
murmur_library(learning AS learning_torch ${folders} KERNELS OBJECTS LIBRARIES murmur_torch ONLY "/torch/(body|generator|matmul|sequence|${autocast}|models/[a-z0-9_]+).cpp$")
target_include_directories(murmur_learning_torch PUBLIC ${PROJECT_SOURCE_DIR}/include)
add_library(murmur_learning INTERFACE)
# Objects are not handed on by libraries, unless they are named.
target_link_libraries(murmur_learning INTERFACE murmur_learning_itself murmur_learning_torch
                      $<TARGET_OBJECTS:murmur_learning_torch>)

# libmurmur_torch.so: added by murmur_shared.cmake, as it needs libmurmur.so.
murmur_library(learning AS learning_loader ${folders} LIBRARIES ${CMAKE_DL_LIBS} ONLY "/on_demand.cpp$")
add_library(murmur_learning_on_demand INTERFACE)
target_link_libraries(murmur_learning_on_demand INTERFACE murmur_learning_itself murmur_learning_loader)
