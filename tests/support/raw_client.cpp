// SPDX-License-Identifier: Apache-2.0
#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace muster::test {

RawClient::RawClient(std::uint16_t port, std::uint32_t from)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  const timeval limit{20, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (from != 0) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(from);
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) {
      ::close(fd_);
      throw std::runtime_error("no connection from an address of its own");
    }
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd_);
    throw std::runtime_error("no connection to port " + std::to_string(port));
  }
}

RawClient::~RawClient() {
  tls_.reset();
  ::close(fd_);
}

bool RawClient::start_tls(const RawTls& options) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context_.get(), options.version);
  SSL_CTX_set_max_proto_version(context_.get(), options.version);
  SSL_CTX_set_security_level(context_.get(), 0);  // so that old versions can be tried at all
  if (!options.certificate_pem.empty()) use(options);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), fd_);
  ERR_clear_error();
  return SSL_connect(tls_.get()) == 1;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawClient::receive() {
  char buffer[16384];
  ERR_clear_error();
  errno = 0;
  const auto got =
      tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
  if (got > 0) return {buffer, static_cast<std::size_t>(got)};
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    throw std::runtime_error("the server neither answered nor closed");
  }
  return {};
}

std::string RawClient::receive_all() {
  std::string all;
  for (std::string part = receive(); !part.empty(); part = receive())
    all += part;
  return all;
}

std::string RawClient::receive_response(bool head_only) {
  for (;;) {
    const auto end = pending_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::size_t length = end + 4;
      const auto field = pending_.find("Content-Length: ");
      if (!head_only && field < end) length += std::stoul(pending_.substr(field + 16));
      if (pending_.size() >= length) {
        std::string response = pending_.substr(0, length);
        pending_.erase(0, length);
        return response;
      }
    }
    const std::string part = receive();
    if (part.empty()) return std::exchange(pending_, {});
    pending_ += part;
  }
}

void RawClient::finish_sending() {
  shutdown(fd_, SHUT_WR);
}

void RawClient::shrink_receive_buffer() {
  const int bytes = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void RawClient::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}
void RawClient::Free::operator()(SSL* connection) const {
  SSL_free(connection);
}
void RawClient::Free::operator()(X509* certificate) const {
  X509_free(certificate);
}
void RawClient::Free::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void RawClient::Free::operator()(BIO* memory) const {
  BIO_free(memory);
}

void RawClient::use(const RawTls& options) {
  const auto memory = [](const std::string& text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  const auto certificate_text = memory(options.certificate_pem);
  const auto key_text = memory(options.key_pem);
  const Owned<X509> certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(context_.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), key.get());
}

}  // namespace muster::test
