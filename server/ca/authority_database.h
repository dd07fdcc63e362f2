// SPDX-License-Identifier: Apache-2.0
// The authority's generations and the public names in the database, for installations of several
// servers (docs/decisions/0022): private keys sealed under the cluster key. A generation is made in
// the transaction that looks whether it is there, so that one server of all makes it.
#pragma once
#include <memory>

#include "server/ca/authority_storage.h"
#include "server/ca/cluster_key.h"
#include "server/store/store.h"

namespace muster::server::ca {

// `store` outlives it.
std::shared_ptr<AuthorityStorage> authority_in_database(store::Store& store, ClusterKey key);

// Puts an authority that was kept in files into a database that has none, inside a transaction.
// std::runtime_error when a key cannot be sealed.
void put_authority(store::Transaction& transaction, const ClusterKey& key,
                   const std::vector<crypto::Authority>& authorities,
                   const std::vector<std::string>& public_names, Instant now);

}  // namespace muster::server::ca
