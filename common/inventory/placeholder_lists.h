// SPDX-License-Identifier: Apache-2.0
// The lists behind placeholders.h, in lower case; only placeholders.cpp reads them. A value that
// many machines share belongs into one of these.
#pragma once
#include <string_view>

namespace muster::inventory::placeholder_lists {

// Nothing of any kind.
inline constexpr std::string_view kNothing[] = {
    "none",
    "(none)",
    "n/a",
    "na",
    "n.a.",
    "nil",
    "null",
    "(null)",
    "(null string)",
    "null string",
    "empty",
    "[empty]",
    "<empty>",
    "blank",
    "absent",
    "unknown",
    "unknow",  // as many boards spell it
    "unkown",
    "<unknown>",
    "unavailable",
    "undefined",
    "unspecified",
    "unset",
    "unprogrammed",
    "invalid",
    "<bad index>",  // dmidecode's own, copied into some firmware
    "<out of spec>",
    "default",
    "default string",
    "default_string",
    "$(default_string)",
    "oem",
    "o.e.m.",
    "oem default string",
    "no initial values",
    "tbd",
    "t.b.d.",
    "xx",
    "xxx",
    "string"};

// Ends of "Not ...", "No ..." and "Unknown ..." that say nothing whatever the field.
inline constexpr std::string_view kNot[] = {
    "available",   "applicable", "specified", "present",    "provided",  "defined",   "set",
    "settable",    "set yet",    "used",      "programmed", "installed", "supported", "assigned",
    "initialized", "filled",     "known",     "yet set",    "a value",   "populated"};
inline constexpr std::string_view kNo[] = {"asset tag",     "asset information",
                                           "asset",         "serial",
                                           "serial number", "s/n",
                                           "dimm",          "module installed",
                                           "module",        "part number",
                                           "manufacturer",  "value",
                                           "string",        "enclosure",
                                           "chassis",       "version",
                                           "data",          "info",
                                           "information",   "sku",
                                           "name"};
inline constexpr std::string_view kUnknown[] = {
    "product",     "product name",  "manufacturer", "vendor", "model",
    "serial",      "serial number", "version",      "board",  "chassis",
    "part number", "asset tag",     "family",       "sku"};

// What makers write to each other; whatever stands behind.
inline constexpr std::string_view kRemarks[] = {
    "to be filled", "to be set",       "to be defined", "to be determined", "to be updated",
    "to be added",  "filled by",       "fill by",       "o.e.m. to",        "default string",
    "tbd by",       "<default string", "please fill"};

// The names of fields in place of their values ("System Serial Number", "Chassis Manufacture",
// "BaseBoard Asset Tag", "System SKU#"): what a field is of, any number of these, and which it is.
inline constexpr std::string_view kFieldParts[] = {"system", "baseboard", "board",     "chassis",
                                                   "oem",    "module",    "enclosure", "product"};
inline constexpr std::string_view kFieldWords[] = {
    "manufacture", "manufacturer", "manufacturername",
    "vendor",      "vendorname",   "product",
    "productname", "name",         "model",
    "modelname",   "version",      "serial",
    "serialnumb",  "serialnumber", "sernum",
    "assettag",    "assettagnum",  "asset",
    "sku",         "sku#",         "skunumber",
    "family",      "familyname",   "partnumber",
    "partnum",     "location",     "configid",
    "serialno"};
// These alone with a number behind are real: "Asset 17", "Model 3", "SKU 20".
inline constexpr std::string_view kRealWithNumber[] = {
    "asset", "serial",  "sku",     "family",   "vendor",   "model",
    "name",  "product", "version", "location", "serialno", "assettag"};
// With a number they stand before a field's name: "Type2 - Board Serial Number", "A1_SerNum0".
inline constexpr std::string_view kFieldPrefixes[] = {"type", "smbiostype", "array",
                                                      "dimm", "a",          "b"};

inline constexpr std::string_view kSerialNumbers[] = {"sys-1234567890",
                                                      "sys-9876543210",
                                                      "sn-12345",
                                                      "sn-1234567890",
                                                      "mb-1234567890",
                                                      "sn-123456fvgv3i0b8o5n6n7k",
                                                      "serial number xxxxxx",
                                                      "eval",
                                                      "iatpass",
                                                      "tulip computers",
                                                      "123456789000",
                                                      "standard",
                                                      "x.x",
                                                      "-1",
                                                      "not",
                                                      "test",
                                                      "sample",
                                                      "dummy",
                                                      "qemu",  // a z system or processor of QEMU
                                                      "bochs",
                                                      "serial no",
                                                      "serial no.",
                                                      "s/n",
                                                      "sn",
                                                      "0123456789abcdef",  // of many ARM boards
                                                      "123456789abcdef",
                                                      "1234567890abcdef",
                                                      "deadbeef"};
inline constexpr std::string_view kAssetTags[] = {
    "asset-1234567890", "no asset", "standard", "x.x", "-1", "tag"};
inline constexpr std::string_view kNames[] = {"*", "all series", "product", "model",
                                              "lenovo product"};
inline constexpr std::string_view kVersions[] = {"x.x",      "x.xx",          "x.x.x",   "rev x.0x",
                                                 "rev x.xx", "rev x.x",       "version", "-1",
                                                 "vx.x",     "lenovo product"};

// Of GLPI's list and osquery's, and those that boards of several makers ship with. Byte orders
// differ, so some are listed in both.
inline constexpr std::string_view kUuids[] = {
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
    "6ab5b300-538d-1014-9fb5-b0684d007b53", "00b3b56a-8d53-1410-9fb5-b0684d007b53",
    "01010101-0101-0101-0101-010101010101", "03020100-0504-0706-0809-0a0b0c0d0e0f",
    "10000000-0000-8000-0040-000000000000", "00000010-0000-0080-0040-000000000000",
    "12345678-1234-5678-90ab-cddeefaabbcc", "78563412-3412-7856-90ab-cddeefaabbcc",
    "fefefefe-fefe-fefe-fefe-fefefefefefe", "4c4c4544-0000-2010-8020-80c04f202020",
    "44454c4c-0000-1020-8020-80c04f202020"};

// The lists of GLPI and OCS Inventory; what has the bit of locally administered or group addresses
// is there because they list it.
inline constexpr std::string_view kMacAddresses[] = {
    "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "fe:ff:ff:ff:ff:ff", "20:41:53:59:4e:ff",
    "02:00:4e:43:50:49", "e2:e6:16:20:0a:35", "d2:0a:2d:a0:04:be", "00:a0:c6:00:00:00",
    "d2:6b:25:2f:2c:e7", "33:50:6f:45:30:30", "0a:00:27:00:00:00", "02:80:37:ec:02:00",
    "50:50:54:50:30:30", "24:b6:20:52:41:53", "00:0b:ca:fe:00:00", "44:45:53:54:00:00",
    "44:45:53:54:00:01", "44:45:53:54:61:6f", "00:01:02:7d:9b:1c", "00:08:a1:46:06:35",
    "00:08:a1:66:e2:1a", "00:09:dd:10:37:68", "00:0f:ea:9a:e2:f0", "00:10:5a:72:71:f3",
    "00:11:11:85:08:8b", "10:11:11:11:11:11"};
// VMware's adapters on the host's side have the same addresses on every host.
inline constexpr std::string_view kVmwareHostAdapters = "00:50:56:c0:";

}  // namespace muster::inventory::placeholder_lists
