// SPDX-License-Identifier: Apache-2.0
// A transaction that counts what is asked of the database: each call is a round trip or a pipeline
// of its own, so that a list whose calls grow with its length shows. One thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/store/transaction.h"

namespace muster::server {

class CountingTransaction final : public store::Transaction {
 public:
  explicit CountingTransaction(store::Transaction& inner)
      : store::Transaction(inner.connection_number()), inner_(inner) {}

  int calls() const { return calls_; }

  std::int64_t run(std::string_view sql, const Values& values, const Each& each) override {
    ++calls_;
    return inner_.run(sql, values, each);
  }
  void execute_many(std::string_view sql, const std::vector<Values>& rows) override {
    ++calls_;
    inner_.execute_many(sql, rows);
  }
  void query_many(std::string_view sql, const std::vector<Values>& rows,
                  const EachOfMany& each) override {
    ++calls_;
    inner_.query_many(sql, rows, each);
  }
  void run_script(const std::string& sql) override {
    ++calls_;
    inner_.run_script(sql);
  }

 private:
  store::Transaction& inner_;
  int calls_ = 0;
};

}  // namespace muster::server
