// SPDX-License-Identifier: Apache-2.0
#include "server/http/tls_context.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "common/support/text.h"

namespace muster::server::http {
namespace {

// With TLS 1.2 only forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr int kMaxIntermediates = 2;

[[noreturn]] void fail(const std::string& what, const std::string& file) {
  throw std::runtime_error(what + " '" + file + "': " + take_tls_error());
}

void require(long ok, const char* what) {
  if (ok != 1) throw std::runtime_error(std::string(what) + ": " + take_tls_error());
}

bool expired_within(const X509* certificate, int days) {
  int past_days = 0;
  int past_seconds = 0;
  if (ASN1_TIME_diff(&past_days, &past_seconds, X509_get0_notAfter(certificate), nullptr) != 1) {
    return false;
  }
  return past_days < days;
}

// OpenSSL checked chain, signatures, times and, where the certificate has the extension, its
// purpose. Added here: the extension must be there and must allow client authentication, and a leaf
// that only expired may pass.
int verify(int ok, X509_STORE_CTX* store) {
  if (X509_STORE_CTX_get_error_depth(store) != 0) return ok;
  X509* leaf = X509_STORE_CTX_get_current_cert(store);
  const auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (leaf == nullptr || connection == nullptr) return 0;
  if (ok == 0 && X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_HAS_EXPIRED) {
    const auto* days = static_cast<int*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    if (!expired_within(leaf, *days)) return 0;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    ok = 1;
  }
  if (ok == 1) {
    const std::uint32_t usage = X509_get_extended_key_usage(leaf);  // all bits if it has none
    const bool is_client = usage != UINT32_MAX && (usage & XKU_SSL_CLIENT) != 0;
    if (!is_client || X509_check_ca(leaf) != 0) {
      X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
      return 0;
    }
  }
  return ok;
}

// http/1.1 where the client offers it; without agreement the connection goes on without ALPN.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  // Static: OpenSSL reads the choice, which points into it, after this function has returned.
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void load_client_cas(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) fail("cannot read the client CA", file);
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) fail("cannot read the client CA", file);
  SSL_CTX_set_client_CA_list(context, names);  // takes ownership
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify);
  SSL_CTX_set_verify_depth(context, kMaxIntermediates);
}

std::string serial_of(const X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return to_hex(bytes);
}

std::vector<std::string> uris_of(const X509* certificate) {
  std::vector<std::string> uris;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));  // NULs stay visible
  }
  GENERAL_NAMES_free(names);
  return uris;
}

}  // namespace

std::string take_tls_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no further cause known";
  char text[256] = {};
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsContext::TlsContext(const TlsOptions& options)
    : accept_expired_days_(options.accept_expired_days),
      context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw std::runtime_error("cannot set up TLS: " + take_tls_error());
  const int minimum = options.minimum == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  require(SSL_CTX_set_min_proto_version(context, minimum), "cannot set the least TLS version");
  require(SSL_CTX_set_cipher_list(context, kCiphers), "cannot set the ciphers");
  // With AES and ChaCha20 alike allowed, who has no AES in hardware may still choose ChaCha20.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // A partly written record may be retried from another buffer, and idle connections keep no record
  // buffers.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // One record a call: a peer that sends nothing but key updates must not keep a thread in one
  // call.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_app_data(context, &accept_expired_days_);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_chain_file.c_str()) != 1) {
    fail("cannot read the server's certificate", options.certificate_chain_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.private_key_file.c_str(), SSL_FILETYPE_PEM) !=
          1 ||
      SSL_CTX_check_private_key(context) != 1) {
    fail("cannot use as the key of the server's certificate", options.private_key_file);
  }
  if (options.client_certificate == ClientCertificate::kOptional) {
    load_client_cas(context, options.client_ca_file);
  }
}

std::optional<PeerCertificate> peer_certificate(ssl_st* connection, Instant now) {
  const X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return std::nullopt;
  PeerCertificate peer;
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate, &der);
  if (length > 0) {
    peer.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  }
  OPENSSL_free(der);
  peer.serial = serial_of(certificate);
  peer.uris = uris_of(certificate);
  std::tm broken{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &broken) == 1) {
    peer.not_after = {static_cast<std::int64_t>(timegm(&broken)) * 1000};
  }
  peer.expired = peer.not_after < now;
  return peer;
}

}  // namespace muster::server::http
