# SPDX-License-Identifier: Apache-2.0
# How every part of Muster is built: standard, warnings, sanitizers, and the functions (muster_library, muster_program,
# muster_test, muster_test_support, muster_alone) that the CMakeLists.txt of each folder calls. Sources are globbed, so
# adding a file is adding the file.

option(MUSTER_TESTS "Build the tests" ON)
option(MUSTER_WERROR "Warnings are errors" ON)
option(MUSTER_FUZZ "Build the libFuzzer targets (clang only)" OFF)
# Several files of a library compiled as one take less than half the time: most of it goes to templates that each file
# instantiates anew. Whoever works on one file is better off without, so only the presets of whole builds say so. Names
# without linkage are therefore unique within a library; muster_alone() names the files that must stay alone.
option(MUSTER_UNITY "Compile several source files as one" OFF)
# The preset "alone" makes no object, it only asks whether each file has what it uses: whole builds cannot tell.
option(MUSTER_SYNTAX_ONLY "Check files, make nothing" OFF)
set(MUSTER_SANITIZE "" CACHE STRING "address (with undefined) or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_UNITY_BUILD ${MUSTER_UNITY})
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# -O3 costs build time and brings nothing that the benchmarks show.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# ccache keeps rebuilds short; the sloppiness is what it needs to cache files that use a precompiled header.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

add_library(muster_options INTERFACE)
target_include_directories(muster_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(muster_options INTERFACE MUSTER_VERSION="${PROJECT_VERSION}" _GLIBCXX_ASSERTIONS)
target_compile_options(muster_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  -Woverloaded-virtual -fstack-protector-strong -fno-omit-frame-pointer)
if(MUSTER_WERROR)
  target_compile_options(muster_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports false positives of these in libstdc++'s own std::string and std::optional when optimising.
  target_compile_options(muster_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -fpch-preprocess)
endif()
if(MUSTER_SYNTAX_ONLY)
  target_compile_options(muster_options INTERFACE -fsyntax-only)
endif()
target_link_options(muster_options INTERFACE -Wl,-z,relro,-z,now)
if(MUSTER_SANITIZE STREQUAL "address")
  target_compile_options(muster_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(muster_options INTERFACE -fsanitize=address,undefined)
  if(MUSTER_FUZZ)
    # What guides libFuzzer, and what tests/fuzz/coverage.sh counts.
    set(profile -fprofile-instr-generate=/dev/null)
    set(fuzzed_options -fsanitize=fuzzer-no-link ${profile} -fcoverage-mapping)
    target_link_options(muster_options INTERFACE ${profile})
  endif()
elseif(MUSTER_SANITIZE STREQUAL "thread")
  target_compile_options(muster_options INTERFACE -fsanitize=thread)
  target_link_options(muster_options INTERFACE -fsanitize=thread)
endif()

# What only shipped code gets (libraries and programs, not the tests' own objects): checked on the programs by
# tests/packaging/hardening_test.sh. Debian's Scrt1.o and crti.o have no ENDBR, so the linker marks the programs for
# shadow stacks (which those files do not touch) and not for IBT; our own objects have both.
add_library(muster_hardening INTERFACE)
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT MUSTER_SANITIZE)
  include(CheckCXXCompilerFlag)
  include(CheckLinkerFlag)
  target_compile_options(muster_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "MUSTER_HAS${flag}" has)
    check_cxx_compiler_flag("-Werror ${flag}" ${has})
    if(${has})
      target_compile_options(muster_hardening INTERFACE ${flag})
    endif()
  endforeach()
  check_linker_flag(CXX -Wl,-z,shstk MUSTER_HAS_LINKER_SHSTK)
  if(MUSTER_HAS_LINKER_SHSTK)
    target_link_options(muster_hardening INTERFACE -Wl,-z,shstk)
  endif()
  target_link_options(muster_hardening INTERFACE -Wl,-z,noexecstack)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Poco 1.11 REQUIRED COMPONENTS Foundation Net Util Crypto NetSSL)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)

# muster_alone(FILE...): never compiled together with others.
function(muster_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# muster_library(NAME [SOURCES glob...] [DEPENDS lib...]): a static library of this folder's *.cpp (or of the globs).
# What a part may include is what it lists in DEPENDS: the arrows of docs/architecture.md are these lists.
function(muster_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT arg_SOURCES)
    set(arg_SOURCES *.cpp)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC muster_options ${arg_DEPENDS} PRIVATE muster_hardening)
    target_compile_options(${name} PRIVATE ${fuzzed_options})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE muster_options ${arg_DEPENDS})
  endif()
endfunction()

# muster_program(NAME MAIN file DEPENDS lib...)
function(muster_program name)
  cmake_parse_arguments(arg "" "MAIN" "DEPENDS" ${ARGN})
  add_executable(${name} ${arg_MAIN})
  target_link_libraries(${name} PRIVATE muster_options muster_hardening ${arg_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# Test code runs once and is compiled often: what it tests is optimised, it is not. (FORTIFY wants optimisation.)
function(muster_quick_to_compile name)
  if(CMAKE_BUILD_TYPE MATCHES "Rel" OR MUSTER_SANITIZE)
    target_compile_options(${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
  endif()
endfunction()

# muster_test_support(NAME SOURCES glob... DEPENDS lib...): a library that programs of tests share. test_support itself
# brings Catch2, its main() and the precompiled header of all test code; the others stand on it.
function(muster_test_support name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC muster_options ${arg_DEPENDS})
  if(MUSTER_FUZZ AND NOT name STREQUAL test_support)
    # Fuzz targets stand on it: it has to be quick and guides them. Another optimisation, so not that precompiled
    # header.
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    return()
  endif()
  if(NOT name STREQUAL test_support)
    target_precompile_headers(${name} REUSE_FROM test_support)
  endif()
  muster_quick_to_compile(${name})
endfunction()

# muster_test(NAME SOURCES glob... DEPENDS lib... [EACH_CASE] [STORES which] [LABELS label...] [PROGRAMS program...]):
# a Catch2 program of these files. After linking it is asked for its CTest tests (tests/support/ctest_script.h): one a
# file, or one a case where that is said, and each once more on PostgreSQL where STORES says so. PROGRAMS are those that
# it starts.
function(muster_test name)
  cmake_parse_arguments(arg "EACH_CASE" "STORES" "SOURCES;DEPENDS;LABELS;PROGRAMS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE muster_options test_support ${arg_DEPENDS})
  target_precompile_headers(${name} REUSE_FROM test_support)
  muster_quick_to_compile(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(arg_PROGRAMS AND NOT MUSTER_SYNTAX_ONLY)
    add_dependencies(${name} ${arg_PROGRAMS})
  endif()

  string(REPLACE "test_" "" part ${name})
  set(flags --name ${part} --environment MUSTER_BIN=${CMAKE_BINARY_DIR}/bin
    --environment MUSTER_SOURCE=${CMAKE_SOURCE_DIR}
    --environment MUSTER_TEST_SHARED=${CMAKE_BINARY_DIR}/tests/shared)
  if(arg_EACH_CASE)
    list(APPEND flags --each-case)
  endif()
  if(arg_STORES)
    list(APPEND flags --stores ${arg_STORES})
  endif()
  foreach(label ${arg_LABELS})
    list(APPEND flags --label ${label})
  endforeach()
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}.ctest.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${script} VERBATIM
    COMMAND ${name} --ctest-script ${script} ${flags})
  # A program that was not built fails as one test, unless its label is not asked for.
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${name}.include.cmake)
  file(WRITE ${include} "if(EXISTS [=[${script}]=])\n  include([=[${script}]=])\n"
    "else()\n  add_test(${part}_is_not_built ${name})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()
