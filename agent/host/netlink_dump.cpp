// SPDX-License-Identifier: Apache-2.0
#include "agent/host/netlink_dump.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "agent/host/file_descriptor.h"
#include "agent/host/system_error.h"

namespace muster::agent::host {
namespace {

constexpr int kAttempts = 5;
constexpr time_t kTimeoutSeconds = 2;
constexpr std::size_t kFirstBufferBytes =
    64 * 1024;  // the kernel's own messages are 32 KiB or less
constexpr std::size_t kDumpBytes = 16 * 1024 * 1024;

enum class End { kMore, kDone, kInterrupted };

struct LinkRequest {
  nlmsghdr header = {};
  ifinfomsg message = {};
  rtattr attribute = {};
  std::uint32_t filter = 0;
};
struct AddressRequest {
  nlmsghdr header = {};
  ifaddrmsg message = {};
};

std::string request_bytes(NetlinkDump dump, std::uint32_t sequence) {
  const auto bytes = [&](auto request, std::uint16_t type) {
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.header.nlmsg_seq = sequence;
    return std::string(reinterpret_cast<const char*>(&request), sizeof request);
  };
  if (dump == NetlinkDump::kAddresses) return bytes(AddressRequest{}, RTM_GETADDR);
  LinkRequest request;
  request.attribute.rta_type = IFLA_EXT_MASK;
  request.attribute.rta_len = RTA_LENGTH(sizeof request.filter);
  // Counters change with every packet: they would make captures differ and nobody reads them.
  request.filter = RTEXT_FILTER_SKIP_STATS;
  return bytes(request, RTM_GETLINK);
}

Failure failure(std::string_view what, int error) {
  return system_failure(what, "rtnetlink (AF_NETLINK, NETLINK_ROUTE)", error);
}

Failure malformed(std::string_view reason) {
  return {FailureKind::kMalformed,
          "the kernel's rtnetlink answer makes no sense: " + std::string(reason)};
}

Result<FileDescriptor> open_socket() {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return failure("open", errno);
  timeval timeout = {};
  timeout.tv_sec = kTimeoutSeconds;
  if (::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0) {
    return failure("set a time limit on", errno);
  }
  return socket;
}

// One datagram, whole: peeked at first, so that a long one is never cut.
Result<std::string> receive(int socket, std::string& buffer) {
  for (;;) {
    sockaddr_nl sender = {};
    iovec piece = {.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message = {};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const ssize_t peeked = ::recvmsg(socket, &message, MSG_PEEK | MSG_TRUNC);
    if (peeked < 0 && errno == EINTR) continue;
    if (peeked < 0) return failure("read", errno == EAGAIN ? ETIMEDOUT : errno);
    if (static_cast<std::size_t>(peeked) > kDumpBytes) return malformed("one message is too long");
    if (static_cast<std::size_t>(peeked) > buffer.size()) {
      buffer.resize(static_cast<std::size_t>(peeked));
      continue;
    }
    const ssize_t size = ::recvmsg(socket, &message, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failure("read", errno == EAGAIN ? ETIMEDOUT : errno);
    if ((message.msg_flags & MSG_TRUNC) != 0) return malformed("a message was cut");
    if (sender.nl_pid != 0) continue;  // not from the kernel: any process may send to us
    return buffer.substr(0, static_cast<std::size_t>(size));
  }
}

// Adds the messages of one datagram to `out`.
Result<End> take(std::string_view datagram, std::uint32_t sequence, std::string& out) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header = {};
    std::memcpy(&header, datagram.data(), sizeof header);
    const std::size_t size = header.nlmsg_len;
    if (size < sizeof header || size > datagram.size()) return malformed("a length is wrong");
    if (header.nlmsg_seq == sequence) {
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) return End::kInterrupted;
      if (header.nlmsg_type == NLMSG_DONE) return End::kDone;
      if (header.nlmsg_type == NLMSG_ERROR) {
        std::int32_t error = 0;
        if (size < sizeof header + sizeof error) return malformed("an error without a number");
        std::memcpy(&error, datagram.data() + sizeof header, sizeof error);
        if (error == -EINTR) return End::kInterrupted;
        return failure("dump from", -error);
      }
      if (out.size() + size > kDumpBytes) {
        return Failure{FailureKind::kTooLarge, "the rtnetlink dump is longer than 16 MiB"};
      }
      out.append(datagram.substr(0, size));
      out.resize((out.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO);
    }
    datagram.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(size), datagram.size()));
  }
  return End::kMore;
}

Result<End> ask_once(NetlinkDump dump, std::uint32_t sequence, std::string& out) {
  const Result<FileDescriptor> socket = open_socket();
  if (!socket) return socket.failure();
  const std::string request = request_bytes(dump, sequence);
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  ssize_t sent = -1;
  do {
    sent = ::sendto(socket->number(), request.data(), request.size(), 0,
                    reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return failure("ask", errno);
  std::string buffer(kFirstBufferBytes, '\0');
  for (;;) {
    const Result<std::string> datagram = receive(socket->number(), buffer);
    if (!datagram) return datagram.failure();
    Result<End> end = take(*datagram, sequence, out);
    if (!end || *end != End::kMore) return end;
  }
}

}  // namespace

Result<std::string> dump_rtnetlink(NetlinkDump dump) {
  for (std::uint32_t attempt = 1; attempt <= kAttempts; ++attempt) {
    std::string out;
    const Result<End> end = ask_once(dump, attempt, out);
    if (!end) return end.failure();
    if (*end == End::kDone) return out;
  }
  return Failure{FailureKind::kIo,
                 "the network configuration kept changing while the kernel listed it; it is read "
                 "again with the next report"};
}

}  // namespace muster::agent::host
