// SPDX-License-Identifier: Apache-2.0
#include "server/cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "common/support/text.h"

namespace muster::cli {
namespace {

constexpr std::size_t kDefaultColumns = 80;
constexpr std::size_t kLeastColumns = 40;
constexpr char kInterrupt = 3;   // Ctrl-C
constexpr char kEnd = 4;         // Ctrl-D
constexpr char kErase = 8;       // Ctrl-H
constexpr char kEraseLine = 21;  // Ctrl-U
constexpr char kDelete = 127;

// No echo, no lines, no signals while it lives: what is typed is ours alone.
class SilentTerminal {
 public:
  SilentTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0)
      throw Problem(kUsage, "there is no terminal to ask for a secret on", "--password-stdin");
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ::tcsetattr(descriptor_, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    ::close(descriptor_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  void say(const std::string& text) {
    if (::write(descriptor_, text.data(), text.size()) < 0)
      throw Problem(kFailed, "the terminal cannot be written to");
  }
  char next() {
    char c = kEnd;
    for (;;) {
      const ssize_t count = ::read(descriptor_, &c, 1);
      if (count == 1) return c;
      if (count == 0 || errno != EINTR) return kEnd;
    }
  }

 private:
  int descriptor_;
  termios before_{};
};

}  // namespace

Terminal process_terminal() {
  Terminal terminal;
  terminal.in = ::isatty(STDIN_FILENO) == 1;
  terminal.out = ::isatty(STDOUT_FILENO) == 1;
  terminal.error = ::isatty(STDERR_FILENO) == 1;
  terminal.columns = kDefaultColumns;
  winsize size{};
  if (terminal.out && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.columns = std::max<std::size_t>(size.ws_col, kLeastColumns);
  return terminal;
}

bool output_reader_left() {
  // poll(2): POLLERR on the write end of a pipe means that its read end is closed, POLLHUP on a
  // socket that the other side is. A full disk sets neither.
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

void use_local_zone() {
  ::tzset();
}

std::string read_secret(const std::string& prompt) {
  SilentTerminal terminal;
  terminal.say(printable(prompt) + ' ');
  std::string secret;
  for (;;) {
    const char c = terminal.next();
    if (c == '\n' || c == '\r' || (c == kEnd && !secret.empty())) break;
    if (c == kInterrupt || c == kEnd) {
      terminal.say("\n");
      throw Problem(kInterrupted, "broken off; nothing was done");
    }
    if (c == kEraseLine) {
      secret.clear();
    } else if (c == kErase || c == kDelete) {
      while (!secret.empty() && (static_cast<unsigned char>(secret.back()) & 0xC0U) == 0x80U)
        secret.pop_back();
      if (!secret.empty()) secret.pop_back();
    } else {
      secret += c;
    }
  }
  terminal.say("\n");
  return secret;
}

}  // namespace muster::cli
