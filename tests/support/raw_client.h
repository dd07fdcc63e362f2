// SPDX-License-Identifier: Apache-2.0
// A client that sends exactly the bytes it is told, over TCP or TLS on 127.0.0.1, and shows what
// came back: for tests of how a server treats peers that no ordinary client library would imitate.
// Failing to connect throws; everything later is an answer. Nothing waits longer than 20 s, which
// no passing test comes near.
#pragma once
#include <openssl/prov_ssl.h>
#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster::test {

struct RawTls {
  std::string certificate_pem;  // empty: none is presented
  std::string key_pem;
  int version = TLS1_3_VERSION;  // exactly this one
};

class RawClient {
 public:
  // `from` is an address of 127.0.0.0/8 to come from; 0: the system's choice.
  explicit RawClient(std::uint16_t port, std::uint32_t from = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // True: the client's side of the handshake is done. With TLS 1.3 the server may still refuse the
  // certificate, which shows when reading.
  bool start_tls(const RawTls& options = {});

  bool send(std::string_view bytes);

  // The bytes that came next, at most one buffer; empty at the connection's end. Throws after 20 s
  // of silence.
  std::string receive();

  // Everything up to the connection's end.
  std::string receive_all();

  // One response with Content-Length, or with no body where `head_only`; what came behind it is
  // kept for the next call.
  std::string receive_response(bool head_only = false);

  void finish_sending();
  void shrink_receive_buffer();
  SSL* tls() const { return tls_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
    void operator()(SSL* connection) const;
    void operator()(X509* certificate) const;
    void operator()(EVP_PKEY* key) const;
    void operator()(BIO* memory) const;
  };
  template <class T>
  using Owned = std::unique_ptr<T, Free>;

  void use(const RawTls& options);

  int fd_;
  Owned<SSL_CTX> context_;
  Owned<SSL> tls_;
  std::string pending_;
};

}  // namespace muster::test
