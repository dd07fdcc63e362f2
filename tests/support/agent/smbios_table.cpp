// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/smbios_table.h"

namespace muster::agent::test_smbios {

namespace {

// The texts of a structure and the number of each; a blank one has none.
class Texts {
 public:
  char add(std::string_view text) {
    if (text.empty()) return 0;
    all.emplace_back(text);
    return static_cast<char>(all.size());
  }
  std::vector<std::string> all;
};

std::string word(std::uint16_t value) {
  return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8)};
}

}  // namespace

std::string structure(int type, std::string_view formatted, const std::vector<std::string>& texts,
                      std::uint16_t handle) {
  std::string out;
  out += static_cast<char>(type);
  out += static_cast<char>(formatted.size() + 4);
  out += word(handle);
  out += formatted;
  for (const std::string& text : texts)
    out += text + '\0';
  if (texts.empty()) out += '\0';
  return out + '\0';
}

std::string end_mark() {
  return structure(127, "");
}

std::string system(const SystemParts& parts) {
  Texts texts;
  std::string body;
  for (const std::string* const text :
       {&parts.manufacturer, &parts.product, &parts.version, &parts.serial})
    body += texts.add(*text);
  body += parts.uuid.empty() ? std::string(16, '\0') : parts.uuid;
  body += '\6';  // woken by the power switch
  body += texts.add(parts.sku);
  body += texts.add(parts.family);
  return structure(1, body, texts.all, 1);
}

std::string firmware(std::string_view vendor, std::string_view version, std::string_view date,
                     int major, int minor) {
  Texts texts;
  std::string body(0x18 - 4, '\0');
  body[0] = texts.add(vendor);
  body[1] = texts.add(version);
  body[4] = texts.add(date);
  body[0x14 - 4] = static_cast<char>(major);
  body[0x15 - 4] = static_cast<char>(minor);
  return structure(0, body, texts.all);
}

std::string board(const BoardParts& parts) {
  Texts texts;
  std::string body(0x0f - 4, '\0');
  body[1] = texts.add(parts.product);
  body[3] = texts.add(parts.serial);
  body[5] = parts.hosting ? '\1' : '\0';
  body.replace(7, 2, word(parts.chassis));
  body[9] = static_cast<char>(parts.kind);
  return structure(2, body, texts.all, parts.handle);
}

std::string chassis(std::uint16_t handle, int kind, std::string_view serial) {
  Texts texts;
  std::string body(0x15 - 4, '\0');
  body[1] = static_cast<char>(kind);
  body[3] = texts.add(serial);
  return structure(3, body, texts.all, handle);
}

}  // namespace muster::agent::test_smbios
