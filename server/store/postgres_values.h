// SPDX-License-Identifier: Apache-2.0
// Values and rows in libpq's binary form (PostgreSQL manual, 55.7): integers most significant byte
// first, text and bytes as they are. For postgres_connection.cpp only. Pure.
#pragma once
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "server/store/transaction.h"

namespace muster::server::store {

// Type numbers of PostgreSQL's catalogue (src/include/catalog/pg_type.dat), fixed for ever.
inline constexpr Oid kBool = 16;
inline constexpr Oid kBytea = 17;
inline constexpr Oid kName = 19;
inline constexpr Oid kInt8 = 20;
inline constexpr Oid kInt2 = 21;
inline constexpr Oid kInt4 = 23;
inline constexpr Oid kText = 25;
inline constexpr Oid kUnknown = 705;
inline constexpr Oid kVarchar = 1043;

inline constexpr int kBinary = 1;

inline std::array<char, 8> big_endian(std::int64_t value) {
  std::array<char, 8> out{};
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = out.size(); i-- > 0; bits >>= 8)
    out[i] = static_cast<char>(bits & 0xFF);
  return out;
}

class PostgresRow final : public ResultRow {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  std::int64_t integer(int column) const override {
    const Oid type = require(column, {kInt8, kInt4, kInt2, kBool});
    const std::string_view bytes = value(column);
    // Two's complement, the most significant byte first, in 1 to 8 bytes.
    std::uint64_t out = type != kBool && !bytes.empty() && (bytes.front() & 0x80) != 0 ? ~0ULL : 0;
    for (const char byte : bytes)
      out = out << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(out);
  }
  std::string_view text(int column) const override {
    require(column, {kText, kBytea, kVarchar, kName, kUnknown});
    return value(column);
  }

 private:
  std::string_view value(int column) const {
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }
  Oid require(int column, std::initializer_list<Oid> types) const {
    const char* name = PQfname(result_, column);
    const auto problem = [&](const std::string& what) {
      return StoreError(StoreErrorKind::kOther,
                        std::string("column ") + (name == nullptr ? "?" : name) + what);
    };
    if (is_null(column)) throw problem(" is NULL");
    const Oid type = PQftype(result_, column);
    if (std::find(types.begin(), types.end(), type) == types.end())
      throw problem(" is of type " + std::to_string(type) + ", which is not what was asked for");
    return type;
  }
  const PGresult* result_;
  int row_;
};

// The values of one statement as libpq takes them; pointers into `values` and into itself.
class Parameters {
 public:
  Parameters(const Transaction::Values& values, std::size_t count) : numbers_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      const SqlValue::Variant& value = values[i].get();
      const char* data = nullptr;
      std::size_t size = 0;
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        numbers_[i] = big_endian(*number);
        data = numbers_[i].data();
        size = numbers_[i].size();
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        data = text->data();
        size = text->size();
      } else if (const auto* blob = std::get_if<Blob>(&value)) {
        data = blob->bytes.data();
        size = blob->bytes.size();
      }
      data_.push_back(data);
      sizes_.push_back(static_cast<int>(size));
      formats_.push_back(kBinary);
    }
  }
  int count() const { return static_cast<int>(data_.size()); }
  const char* const* data() const { return data_.data(); }
  const int* sizes() const { return sizes_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::array<char, 8>> numbers_;
  std::vector<const char*> data_;
  std::vector<int> sizes_;
  std::vector<int> formats_;
};

inline Oid type_of(const SqlValue& value) {
  if (std::holds_alternative<std::int64_t>(value.get())) return kInt8;
  if (std::holds_alternative<std::string>(value.get())) return kText;
  if (std::holds_alternative<Blob>(value.get())) return kBytea;
  return 0;
}

// The highest $n outside quotes and comments; the text has been rewritten, so $ is nothing else.
inline std::size_t count_placeholders(std::string_view dollar_text) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < dollar_text.size(); ++at) {
    if (dollar_text[at] != '$') continue;
    std::size_t number = 0;
    while (at + 1 < dollar_text.size() && dollar_text[at + 1] >= '0' && dollar_text[at + 1] <= '9')
      number = number * 10 + static_cast<std::size_t>(dollar_text[++at] - '0');
    most = std::max(most, number);
  }
  return most;
}

}  // namespace muster::server::store
