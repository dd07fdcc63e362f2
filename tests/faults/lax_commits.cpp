// SPDX-License-Identifier: Apache-2.0
// For the negative control of the tests on PostgreSQL: with MUSTER_POSTGRES=no_sync in the
// environment, muster-server-faults asks its sessions for commits that are not flushed, where the
// shipped program asks for synchronous ones. A program's own PQexec goes before libpq's.
#include <dlfcn.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <string_view>

extern "C" PGresult* PQexec(PGconn* connection, const char* query) {
  using Execute = PGresult* (*)(PGconn*, const char*);
  static const auto kExecute = reinterpret_cast<Execute>(::dlsym(RTLD_NEXT, "PQexec"));
  static const char* const kAsked = std::getenv("MUSTER_POSTGRES");
  const bool is_lax = kAsked != nullptr && std::string_view(kAsked) == "no_sync";
  if (is_lax && std::string_view(query).starts_with("SET synchronous_commit"))
    query = "SET synchronous_commit = off";
  return kExecute(connection, query);
}
