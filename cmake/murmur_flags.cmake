# SPDX-License-Identifier: Apache-2.0
# Compiler flags, and murmur_library(): one target per folder of murmur/.
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT DEFINED MURMUR_CXX_STANDARD)
  set(MURMUR_CXX_STANDARD 20)
endif()
set(CMAKE_CXX_STANDARD ${MURMUR_CXX_STANDARD})

find_program(MURMUR_CCACHE ccache)
if(MURMUR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MURMUR_CCACHE})
endif()

add_library(murmur_flags INTERFACE)
target_include_directories(murmur_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(murmur_flags INTERFACE -Wall -Wextra -Wconversion -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)

set(MURMUR_SANITIZE "" CACHE STRING "address,undefined or thread: sanitizers for everything")
if(MURMUR_SANITIZE)
  add_compile_options(-fsanitize=${MURMUR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MURMUR_SANITIZE})
endif()

# murmur_library(NAME [FOLDERS ...] [LIBRARIES ...] [KERNELS] [WITHOUT PATTERN])
# All sources of murmur/NAME but those that match PATTERN, as the target murmur_NAME. KERNELS: loops over
# coordinates, compiled so that they vectorise and so that every compiler rounds alike.
function(murmur_library name)
  cmake_parse_arguments(ARG "KERNELS" "WITHOUT" "FOLDERS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/murmur/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/cli/main.cpp$")
  list(FILTER sources EXCLUDE REGEX "/comm/mpi/")
  if(ARG_WITHOUT)
    list(FILTER sources EXCLUDE REGEX ${ARG_WITHOUT})
  endif()
  if(sources)
    set(linkage PUBLIC)
    add_library(murmur_${name} STATIC ${sources})
  else()  # headers alone
    set(linkage INTERFACE)
    add_library(murmur_${name} INTERFACE)
  endif()
  target_link_libraries(murmur_${name} ${linkage} murmur_flags ${ARG_LIBRARIES})
  foreach(folder ${ARG_FOLDERS})
    target_link_libraries(murmur_${name} ${linkage} murmur_${folder})
  endforeach()
  if(ARG_KERNELS AND sources)
    target_compile_options(murmur_${name} PRIVATE -O3 -fno-math-errno -ffp-contract=off)
  endif()
endfunction()
