// SPDX-License-Identifier: Apache-2.0
// The one source of test_support that uses precompiled.h: without such a source CMake does not
// build it, and the test programs that reuse it cannot be generated.
