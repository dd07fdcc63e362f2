// SPDX-License-Identifier: Apache-2.0
// Names of ARM processors by the numbers in MIDR_EL1, as their makers publish them in the technical
// reference manuals. A number that is not here has no name: the row then has no model.
#include <algorithm>
#include <array>
#include <span>

#include "agent/collect/linux/hardware/cpuinfo.h"

namespace muster::agent::collect {
namespace {

struct Name {
  int number;
  std::string_view name;
};

constexpr std::array<Name, 22> kImplementers = {
    {{0x41, "ARM"},      {0x42, "Broadcom"},  {0x43, "Cavium"},    {0x44, "DEC"},
     {0x46, "FUJITSU"},  {0x48, "HiSilicon"}, {0x49, "Infineon"},  {0x4d, "Motorola/Freescale"},
     {0x4e, "NVIDIA"},   {0x50, "APM"},       {0x51, "Qualcomm"},  {0x53, "Samsung"},
     {0x56, "Marvell"},  {0x61, "Apple"},     {0x63, "Arm China"}, {0x66, "Faraday"},
     {0x69, "Intel"},    {0x6d, "Microsoft"}, {0x70, "Phytium"},   {0xc0, "Ampere"},
     {0xd8, "Loongson"}, {0xff, "Broadcom"}}};

constexpr std::array<Name, 71> kArmParts = {{
    {0x926, "ARM926"},        {0x946, "ARM946"},        {0x966, "ARM966"},
    {0xb02, "ARM11 MPCore"},  {0xb36, "ARM1136"},       {0xb56, "ARM1156"},
    {0xb76, "ARM1176"},       {0xc05, "Cortex-A5"},     {0xc07, "Cortex-A7"},
    {0xc08, "Cortex-A8"},     {0xc09, "Cortex-A9"},     {0xc0d, "Cortex-A17"},
    {0xc0e, "Cortex-A17"},    {0xc0f, "Cortex-A15"},    {0xc14, "Cortex-R4"},
    {0xc15, "Cortex-R5"},     {0xc17, "Cortex-R7"},     {0xc18, "Cortex-R8"},
    {0xc20, "Cortex-M0"},     {0xc21, "Cortex-M1"},     {0xc23, "Cortex-M3"},
    {0xc24, "Cortex-M4"},     {0xc27, "Cortex-M7"},     {0xc60, "Cortex-M0+"},
    {0xd01, "Cortex-A32"},    {0xd02, "Cortex-A34"},    {0xd03, "Cortex-A53"},
    {0xd04, "Cortex-A35"},    {0xd05, "Cortex-A55"},    {0xd06, "Cortex-A65"},
    {0xd07, "Cortex-A57"},    {0xd08, "Cortex-A72"},    {0xd09, "Cortex-A73"},
    {0xd0a, "Cortex-A75"},    {0xd0b, "Cortex-A76"},    {0xd0c, "Neoverse-N1"},
    {0xd0d, "Cortex-A77"},    {0xd0e, "Cortex-A76AE"},  {0xd13, "Cortex-R52"},
    {0xd15, "Cortex-R82"},    {0xd16, "Cortex-R52+"},   {0xd20, "Cortex-M23"},
    {0xd21, "Cortex-M33"},    {0xd24, "Cortex-M52"},    {0xd22, "Cortex-M55"},
    {0xd23, "Cortex-M85"},    {0xd40, "Neoverse-V1"},   {0xd41, "Cortex-A78"},
    {0xd42, "Cortex-A78AE"},  {0xd43, "Cortex-A65AE"},  {0xd44, "Cortex-X1"},
    {0xd46, "Cortex-A510"},   {0xd47, "Cortex-A710"},   {0xd48, "Cortex-X2"},
    {0xd49, "Neoverse-N2"},   {0xd4a, "Neoverse-E1"},   {0xd4b, "Cortex-A78C"},
    {0xd4c, "Cortex-X1C"},    {0xd4d, "Cortex-A715"},   {0xd4e, "Cortex-X3"},
    {0xd4f, "Neoverse-V2"},   {0xd80, "Cortex-A520"},   {0xd81, "Cortex-A720"},
    {0xd82, "Cortex-X4"},     {0xd83, "Neoverse-V3AE"}, {0xd84, "Neoverse-V3"},
    {0xd85, "Cortex-X925"},   {0xd87, "Cortex-A725"},   {0xd88, "Cortex-A520AE"},
    {0xd89, "Cortex-A720AE"}, {0xd8e, "Neoverse-N3"},
}};

constexpr std::array<Name, 4> kBroadcomParts = {
    {{0x0f, "Brahma-B15"}, {0x100, "Brahma-B53"}, {0x516, "Vulcan"}, {0xb16, "ThunderX2"}}};
constexpr std::array<Name, 8> kCaviumParts = {{{0xa0, "ThunderX"},
                                               {0xa1, "ThunderX-88XX"},
                                               {0xa2, "ThunderX-81XX"},
                                               {0xa3, "ThunderX-83XX"},
                                               {0xaf, "ThunderX2-99xx"},
                                               {0xb1, "OcteonTX2-98XX"},
                                               {0xb2, "OcteonTX2-96XX"},
                                               {0xb8, "ThunderX3-T110"}}};
constexpr std::array<Name, 2> kFujitsuParts = {{{0x001, "A64FX"}, {0x003, "MONAKA"}}};
constexpr std::array<Name, 4> kHisiliconParts = {{{0xd01, "TaiShan-v110"},
                                                  {0xd02, "TaiShan-v120"},
                                                  {0xd40, "Cortex-A76"},
                                                  {0xd41, "Cortex-A77"}}};
constexpr std::array<Name, 4> kNvidiaParts = {
    {{0x000, "Denver"}, {0x003, "Denver 2"}, {0x004, "Carmel"}, {0x010, "Olympus"}}};
constexpr std::array<Name, 1> kApmParts = {{{0x000, "X-Gene"}}};
constexpr std::array<Name, 13> kQualcommParts = {{{0x00f, "Scorpion"},
                                                  {0x02d, "Scorpion"},
                                                  {0x04d, "Krait"},
                                                  {0x06f, "Krait"},
                                                  {0x001, "Oryon"},
                                                  {0x201, "Kryo"},
                                                  {0x205, "Kryo"},
                                                  {0x211, "Kryo"},
                                                  {0x800, "Falkor-V1/Kryo"},
                                                  {0x801, "Kryo-V2"},
                                                  {0x802, "Kryo-3XX-Gold"},
                                                  {0x804, "Kryo-4XX-Gold"},
                                                  {0xc00, "Falkor"}}};
constexpr std::array<Name, 4> kSamsungParts = {
    {{0x001, "exynos-m1"}, {0x002, "exynos-m3"}, {0x003, "exynos-m4"}, {0x004, "exynos-m5"}}};
constexpr std::array<Name, 2> kMarvellParts = {{{0x131, "Feroceon-88FR131"}, {0x581, "PJ4/PJ4b"}}};
constexpr std::array<Name, 12> kAppleParts = {{{0x020, "Icestorm-A14"},
                                               {0x021, "Firestorm-A14"},
                                               {0x022, "Icestorm-M1"},
                                               {0x023, "Firestorm-M1"},
                                               {0x024, "Icestorm-M1-Pro"},
                                               {0x025, "Firestorm-M1-Pro"},
                                               {0x028, "Icestorm-M1-Max"},
                                               {0x029, "Firestorm-M1-Max"},
                                               {0x032, "Blizzard-M2"},
                                               {0x033, "Avalanche-M2"},
                                               {0x034, "Blizzard-M2-Pro"},
                                               {0x035, "Avalanche-M2-Pro"}}};
constexpr std::array<Name, 1> kMicrosoftParts = {{{0xd49, "Azure-Cobalt-100"}}};
constexpr std::array<Name, 8> kPhytiumParts = {{{0x303, "FTC310"},
                                                {0x660, "FTC660"},
                                                {0x661, "FTC661"},
                                                {0x662, "FTC662"},
                                                {0x663, "FTC663"},
                                                {0x664, "FTC664"},
                                                {0x862, "FTC862"},
                                                {0x870, "FTC870"}}};
constexpr std::array<Name, 3> kAmpereParts = {
    {{0xac3, "Ampere-1"}, {0xac4, "Ampere-1a"}, {0xac5, "Ampere-1b"}}};

std::optional<std::string_view> find(std::span<const Name> names, std::int64_t number) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const Name& name) { return name.number == number; });
  if (found == names.end()) return std::nullopt;
  return found->name;
}

std::span<const Name> parts_of(std::int64_t implementer) {
  switch (implementer) {
    case 0x41:
      return kArmParts;
    case 0x42:
      return kBroadcomParts;
    case 0x43:
      return kCaviumParts;
    case 0x46:
      return kFujitsuParts;
    case 0x48:
      return kHisiliconParts;
    case 0x4e:
      return kNvidiaParts;
    case 0x50:
      return kApmParts;
    case 0x51:
      return kQualcommParts;
    case 0x53:
      return kSamsungParts;
    case 0x56:
      return kMarvellParts;
    case 0x61:
      return kAppleParts;
    case 0x6d:
      return kMicrosoftParts;
    case 0x70:
      return kPhytiumParts;
    case 0xc0:
      return kAmpereParts;
    default:
      return {};
  }
}

}  // namespace

std::optional<std::string_view> arm_implementer_name(std::int64_t implementer) {
  return find(kImplementers, implementer);
}

std::optional<std::string_view> arm_part_name(std::int64_t implementer, std::int64_t part) {
  return find(parts_of(implementer), part);
}

}  // namespace muster::agent::collect
