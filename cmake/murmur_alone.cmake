# SPDX-License-Identifier: Apache-2.0
# Defaults of a build that is of this project alone, also of its tests and benchmarks. As a part of another project its
# targets have what they need as properties (murmur_flags.cmake), and all else is that project's to say.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_BUILD_RPATH "$ORIGIN" ${PROJECT_BINARY_DIR})  # where tests find the libraries that are loaded at run time

# Precompiled headers and the time in a macro must not keep ccache from finding what it knows.
find_program(MURMUR_CCACHE ccache)
mark_as_advanced(MURMUR_CCACHE)
if(MURMUR_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MURMUR_CCACHE})
endif()
