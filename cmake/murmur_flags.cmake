# SPDX-License-Identifier: Apache-2.0
# Compiler flags, and murmur_library(): one target per folder of murmur/. All of them are properties of targets, so that
# a project that adds this one by add_subdirectory() is compiled as it was before.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14))
  message(FATAL_ERROR "gcc 12 or clang 14 or newer is needed, this is ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION}; "
    "install a newer one and configure with -DCMAKE_CXX_COMPILER=")
endif()

add_library(murmur_flags INTERFACE)
target_include_directories(murmur_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(murmur_flags INTERFACE cxx_std_20)
target_compile_options(murmur_flags INTERFACE -Wall -Wextra -Wconversion
                       $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 sees an overlap in every std::string that is put together (its bug 105651).
  target_compile_options(murmur_flags INTERFACE -Werror -Wno-restrict)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  target_compile_options(murmur_flags INTERFACE -Werror)
endif()  # newer ones know warnings that .ci/run has not seen; they are shown

set(MURMUR_SANITIZE "" CACHE STRING "address,undefined or thread: sanitizers for everything")
option(MURMUR_FUZZ "Build the programs of tests/fuzz with libFuzzer (clang)" OFF)
set(sanitize ${MURMUR_SANITIZE})
if(MURMUR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "MURMUR_FUZZ needs clang, which brings libFuzzer; configure with: cmake --preset fuzz")
  endif()
  string(JOIN "," sanitize fuzzer-no-link ${MURMUR_SANITIZE})
endif()
if(sanitize)
  target_compile_options(murmur_flags INTERFACE -fsanitize=${sanitize} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # With the sanitizers' own code in between gcc no longer sees which member of a variant is alive.
  target_compile_options(murmur_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(murmur_flags INTERFACE -fsanitize=${sanitize})
endif()

# What every target of ours has, with a way to the libraries that are loaded at run time: beside the program, or in the
# build folder.
function(murmur_properties)
  set_target_properties(${ARGN} PROPERTIES
    CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON BUILD_RPATH "$ORIGIN;${PROJECT_BINARY_DIR}")
endfunction()

# murmur_precompile(TARGET SOURCES HEADER...): what most sources include is parsed once per target, where that is asked for.
# Under sanitizers it is: what a source includes itself is seen by all other builds.
option(MURMUR_PRECOMPILE "Parse the headers that most sources include once per folder" OFF)
function(murmur_precompile target sources)
  list(LENGTH sources count)
  if(MURMUR_PRECOMPILE AND count GREATER 2)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint>
      <cstring> <filesystem> <fstream> <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <set> <span> <sstream>
      <stdexcept> <string> <string_view> <thread> <tuple> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h> ${ARGN})
  endif()
endfunction()

# murmur_library(NAME [FOLDERS ...] [LIBRARIES ...] [KERNELS] [COLD] [OBJECTS] [WITHOUT PATTERN] [ONLY PATTERN] [AS NAME])
# All sources of murmur/NAME, or those that do not or do match PATTERN, as the target murmur_NAME. KERNELS:
# loops over coordinates, compiled so that they vectorise and so that every compiler rounds alike. COLD: reads, checks and
# writes around the steps of a run, compiled for size, as a wheel carries all of it. OBJECTS: all of it
# is linked, also sources that nothing refers to because they register themselves, and seen from outside libmurmur.so.
function(murmur_library name)
  cmake_parse_arguments(ARG "KERNELS;COLD;OBJECTS" "WITHOUT;ONLY;AS" "FOLDERS;LIBRARIES" ${ARGN})
  set(target murmur_${name})
  if(ARG_AS)
    set(target murmur_${ARG_AS})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/murmur/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/cli/(main|program).cpp$")
  list(FILTER sources EXCLUDE REGEX "/comm/mpi/")
  if(ARG_WITHOUT)
    list(FILTER sources EXCLUDE REGEX ${ARG_WITHOUT})
  endif()
  if(ARG_ONLY)
    list(FILTER sources INCLUDE REGEX ${ARG_ONLY})
  endif()
  if(sources)
    set(linkage PUBLIC)
    set(kind STATIC)
    if(ARG_OBJECTS)
      set(kind OBJECT)
    endif()
    add_library(${target} ${kind} ${sources})
    murmur_properties(${target})
  else()  # headers alone
    set(linkage INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  target_link_libraries(${target} ${linkage} murmur_flags ${ARG_LIBRARIES})
  foreach(folder ${ARG_FOLDERS})
    target_link_libraries(${target} ${linkage} murmur_${folder})
  endforeach()
  if(ARG_KERNELS AND sources)
    # Aligned: where a kernel's loop happens to lie was worth a fifth of its time.
    target_compile_options(${target} PRIVATE -fno-math-errno -ffp-contract=off -falign-functions=64 -falign-loops=32)
    if(NOT MURMUR_SANITIZE)
      target_compile_options(${target} PRIVATE -O3)
    endif()
  endif()
  if(ARG_COLD AND sources)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  if(sources)
    murmur_precompile(${target} "${sources}")
  endif()
endfunction()

# Links a program of one source to the libraries of the folders that it includes.
function(murmur_link_what_is_included target source)
  file(STRINGS ${source} lines REGEX "^#include \"murmur/")
  list(TRANSFORM lines REPLACE "^#include \"murmur/([a-z_]+)/.*" "murmur_\\1")
  list(REMOVE_DUPLICATES lines)
  target_link_libraries(${target} PRIVATE murmur_flags murmur_core ${lines})
endfunction()
