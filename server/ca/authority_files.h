// SPDX-License-Identifier: Apache-2.0
// How CertificateAuthority keeps its authorities and public names in files (authority.h lists
// them), as it does where there is one server. For authority.cpp only; one thread at a time writes
// a folder.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/issue.h"
#include "common/support/clock.h"
#include "common/support/result.h"
#include "server/ca/authority_storage.h"

namespace muster::server::ca {

// Generation 1 is "ca.key" and "ca.pem", 2 "ca-2.key" and "ca-2.pem", ... An authority exists when
// its certificate does.
std::filesystem::path certificate_file(const std::filesystem::path& folder, std::size_t generation);

// Writes the key first, or takes the one that an interrupted attempt left behind.
Result<crypto::Authority> make_authority(const std::filesystem::path& folder,
                                         std::size_t generation, Instant now);

// nullopt: there is no such generation.
Result<std::optional<crypto::Authority>> read_authority(const std::filesystem::path& folder,
                                                        std::size_t generation);

// In canonical form, each once, in the order given; 1 to 100.
Result<std::vector<std::string>> checked_names(const std::vector<std::string>& names);
std::shared_ptr<AuthorityStorage> authority_in_folder(const std::filesystem::path& folder);

Result<Done> write_names(const std::filesystem::path& folder,
                         const std::vector<std::string>& names);
Result<std::vector<std::string>> read_names(const std::filesystem::path& folder);

}  // namespace muster::server::ca
