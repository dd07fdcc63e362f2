// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/decode.h"

#include "server/ingest/report_handler.h"

namespace muster::server::ingest {
namespace {

constexpr JsonLimits kLimits = {
    .depth = 8, .members = 256, .values = 4'000'000, .text_bytes = 64 * 1024};

}  // namespace

DecodedReport decode_report(std::string_view json) {
  ReportHandler handler;
  const Result<Done> read = read_json(json, kLimits, handler);
  if (!read) {
    throw Error(Status::kBadRequest, "invalid_json",
                "The report cannot be read: " + read.failure().message + '.');
  }
  return handler.take();
}

}  // namespace muster::server::ingest
