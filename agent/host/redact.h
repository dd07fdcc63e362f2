// SPDX-License-Identifier: Apache-2.0
// Redaction of a capture before it leaves the machine. Every hidden value is replaced by one of
// equal length and form (substitutes.h), the same one wherever it occurs in the capture: in texts,
// in paths and links, in lists of names, and in binary tables, whose structure and checksums stay
// valid. So a redacted capture gives the same rows as the machine, except those values.
//
// Hidden: serial numbers, asset tags, WWNs and OEM strings (SMBIOS, /sys, udev, SCSI VPD, device
// tree, EDID, z/VM), also in the names of links; names of ports and targets of storage networks;
// UUIDs, machine-id, hardware addresses (the manufacturer's half stays), IP addresses (what kind
// they are stays, and which are in one network); the host's name and its domain, with and without
// each other; login names, home directories and names of people of accounts with uid 1000 and
// above, members of groups whose account is not on the machine, folders in /home and in those,
// whoever has a volume in /media or mounted a network share; values of settings called password,
// passphrase, secret, token or credential; the environment of process 1 except `container`. A
// failure's message names its path as it is named elsewhere.
//
// Not hidden: names shorter than three letters and those that everybody has (localhost, debian,
// admin, ...); models and vendors, versions and installed software (what the distribution installed
// is left byte by byte), mount points except names of people and hosts in them, names of groups,
// services, volumes and network shares, names of interfaces that are not made of an address, sizes
// and times, and free text that somebody put somewhere. Of an IPv4 network whose prefix ends inside
// an octet, the bits of that octet that belong to the prefix stay. The file is made to be read
// before it is sent.
//
// Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "agent/host/capture_format.h"

namespace muster::agent::host {

// `secret` decides the substitutes: random_bytes(32) for a capture that leaves the machine.
std::vector<CaptureEntry> redact(std::vector<CaptureEntry> entries, std::string secret);

}  // namespace muster::agent::host
