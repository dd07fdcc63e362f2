// SPDX-License-Identifier: Apache-2.0
// Where SQLite and PostgreSQL need different words for the same thing, all in this one file. The
// texts themselves are one for both (database.h says how they are written):
//
//   placeholders   ?1 here, $1 there, since on SQLite $1 is a *name*, numbered as it appears
//   definitions    {identity}: a generated key that is never given twice; {bytes};
//                  {clustered}: the table is the index of its primary key, where there is such
//   catalogue      which tables, columns and generated keys there are
//
// What must not differ by the time it gets here: text compares bytewise and lower() knows A to Z
// only (postgres.h refuses a database made otherwise), NULLs are ordered by an expression
// ("x IS NULL, x"), a parameter that stands only in arithmetic or IS NULL gets a CAST. Pure.
#pragma once
#include <string>
#include <string_view>

namespace muster::server::store {

struct Dialect {
  std::string_view identity;
  std::string_view bytes;
  std::string_view clustered;
  // Of ?1 = table: names and types of its columns, in order of name.
  std::string_view columns;
  // One column: the names of all tables, in order of name.
  std::string_view tables;
  // The key that was generated last on this connection.
  std::string_view last_identity;
  // For moving a store: of ?1 = table, the name of its generated key and the last key that was
  // generated; and for ?1 = table, ?2 = column: set the sequence to continue after ?3. Empty where
  // the database does not support it.
  std::string_view identity_column;
  std::string_view last_generated;
  std::string_view restart_identity;
};

extern const Dialect kSqlite;
extern const Dialect kPostgres;

std::string translate(const Dialect& dialect, std::string_view ddl);

// "... = ?2" as "... = $2"; what stands in quotes or a comment is left alone.
std::string with_dollar_placeholders(std::string_view sql);

}  // namespace muster::server::store
