// SPDX-License-Identifier: Apache-2.0
// Linked into every target, before its LLVMFuzzerTestOneInput (the linker's --wrap): with
// MUSTER_FUZZ_REPEATABLE set, as the quick form of run.sh does, nothing that differs from one run
// of the program to the next steers the fuzzer:
//  - random numbers of OpenSSL come from a fixed stream;
//  - the depth of the stack is no sign of something new, since where the stack begins is chosen by
//    the kernel and frames are aligned.
// Any thread may draw random numbers. Source: libFuzzer's FuzzerTracePC.cpp (RecordInitialStack);
// RAND_set_rand_method(3).
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

// NOLINTBEGIN(bugprone-reserved-identifier): the names are the sanitizer's and the linker's.
extern "C" {
extern thread_local std::uintptr_t __sancov_lowest_stack;
int __real_LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
int __wrap_LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
}

namespace {

// splitmix64 over a counter.
int fixed_bytes(unsigned char* bytes, int count) {
  static std::atomic<std::uint64_t> drawn{0};
  for (int i = 0; i < count; ++i) {
    std::uint64_t value = ++drawn * 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    bytes[i] = static_cast<unsigned char>(value >> 56U);
  }
  return 1;
}

bool make_repeatable() {
  if (std::getenv("MUSTER_FUZZ_REPEATABLE") == nullptr) return false;
  static const RAND_METHOD kFixed = {.seed = nullptr,
                                     .bytes = fixed_bytes,
                                     .cleanup = nullptr,
                                     .add = nullptr,
                                     .pseudorand = fixed_bytes,
                                     .status = [] { return 1; }};
  if (RAND_set_rand_method(&kFixed) != 1) std::abort();
  return true;
}

}  // namespace

extern "C" int __wrap_LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool repeatable = make_repeatable();
  const std::uintptr_t lowest_stack = __sancov_lowest_stack;
  const int result = __real_LLVMFuzzerTestOneInput(data, size);
  if (repeatable) __sancov_lowest_stack = lowest_stack;
  return result;
}
// NOLINTEND(bugprone-reserved-identifier)
