// SPDX-License-Identifier: Apache-2.0
// Requests at the edge of HTTP/1.1's framing and the statuses they must be answered with, in order,
// before the connection closes. Judged twice: by the pure parser and over a socket. No answer may
// belong to "/evil".
#pragma once
#include <string>
#include <vector>

namespace muster::server::test {

struct FramingCase {
  const char* name;
  std::string bytes;
  std::vector<int> statuses;
};

inline constexpr std::size_t kFramingBodyLimit = 8 * 1024 * 1024;

inline std::vector<FramingCase> framing_cases() {
  const std::string get = "GET /a HTTP/1.1\r\n";
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n";
  const std::string evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";
  return {
      {"ordinary", get + "Host: x\r\nConnection: close\r\n\r\n", {200}},
      {"two pipelined",
       get + "Host: x\r\n\r\n" + post + "Content-Length: 3\r\nConnection: close\r\n\r\nabc",
       {200, 200}},
      {"length and chunked",
       post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil,
       {400}},
      {"chunked and length", chunked + "Content-Length: 3\r\n\r\n0\r\n\r\n" + evil, {400}},
      {"two equal lengths",
       post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + evil,
       {400}},
      {"two lengths, first 0",
       post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + evil,
       {400}},
      {"list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc" + evil, {400}},
      {"length with plus", post + "Content-Length: +5\r\n\r\nabcde" + evil, {400}},
      {"negative length", post + "Content-Length: -1\r\n\r\nabcde" + evil, {400}},
      {"hexadecimal length", post + "Content-Length: 0x5\r\n\r\nabcde" + evil, {400}},
      {"empty length", post + "Content-Length: \r\n\r\n" + evil, {400}},
      {"length 2^63", post + "Content-Length: 9223372036854775808\r\n\r\nabcde" + evil, {400}},
      {"POST without length", post + "\r\nabcde" + evil, {411}},
      {"bare LF in request line", "GET /a HTTP/1.1\nHost: x\n\n" + evil, {400}},
      {"bare LF in header", get + "Host: x\nX: y\r\n\r\n" + evil, {400}},
      {"bare CR", get + "Host: x\rX: y\r\n\r\n" + evil, {400}},
      {"folded header", get + "Host: x\r\nA: b\r\n c\r\n\r\n" + evil, {400}},
      {"space before colon", get + "Host : x\r\n\r\n" + evil, {400}},
      {"space before first header", get + " Host: x\r\n\r\n" + evil, {400}},
      {"header without colon", get + "Host: x\r\nfoo\r\n\r\n" + evil, {400}},
      {"empty header name", get + "Host: x\r\n: y\r\n\r\n" + evil, {400}},
      {"NUL", get + std::string("Host: x\0\r\n\r\n", 11) + evil, {400}},
      {"no Host", get + "\r\n" + evil, {400}},
      {"two Hosts", get + "Host: a\r\nHost: b\r\n\r\n" + evil, {400}},
      {"Host with a path", get + "Host: a/b\r\n\r\n" + evil, {400}},
      {"chunked", chunked + "Connection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n", {200}},
      {"chunk of 4 GiB", chunked + "\r\n100000000\r\n" + evil, {413}},
      {"chunk size of 17 digits",
       chunked + "\r\n00000000000000003\r\nabc\r\n0\r\n\r\n" + evil,
       {400}},
      {"chunk size overflows", chunked + "\r\nffffffffffffffff\r\n" + evil, {413}},
      {"chunk size signed", chunked + "\r\n+3\r\nabc\r\n0\r\n\r\n" + evil, {400}},
      {"chunk extension", chunked + "\r\n3;x=y\r\nabc\r\n0\r\n\r\n" + evil, {400}},
      {"chunk longer than its size", chunked + "\r\n3\r\nabcd\r\n0\r\n\r\n" + evil, {400}},
      {"chunk with bare LF", chunked + "\r\n3\nabc\n0\n\n" + evil, {400}},
      {"chunk trailer", chunked + "\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n" + evil, {400}},
      {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + evil, {501}},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n" + evil, {501}},
      {"chunked twice", chunked + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, {400}},
      {"chunked in HTTP/1.0",
       "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil,
       {400}},
      {"HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n" + evil, {200}},
      {"HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n" + evil, {505}},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}},
      {"absolute target", "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n" + evil, {400}},
      {"spaces in the target", "GET /a /evil HTTP/1.1\r\nHost: x\r\n\r\n", {400}},
      {"target not ASCII", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", {400}},
      {"tab in request line", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", {400}},
      {"empty line first", "\r\n" + evil, {400}},
      {"unknown expectation", post + "Content-Length: 3\r\nExpect: 200\r\n\r\nabc" + evil, {417}},
      {"two Authorization fields",
       get + "Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n" + evil,
       {400}},
      {"endless request line", "GET /" + std::string(40000, 'a'), {414}},
      {"endless headers", get + "X: " + std::string(40000, 'a'), {431}},
      {"101 headers",
       [&] {
         std::string bytes = get + "Host: x\r\n";
         for (int i = 0; i < 100; ++i)
           bytes += "X: y\r\n";
         return bytes + "\r\n" + evil;
       }(),
       {431}},
      {"body over the limit", post + "Content-Length: 8388609\r\n\r\n" + evil, {413}},
  };
}

}  // namespace muster::server::test
