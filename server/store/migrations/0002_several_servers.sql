-- SPDX-License-Identifier: Apache-2.0
-- What several servers of one database must share beside the facts. Empty where there is one server
-- with files of its own (SQLite).

-- The generations of the certificate authority (server/ca/authority.h), oldest is 1.
CREATE TABLE authorities (
  generation BIGINT PRIMARY KEY,
  certificate TEXT NOT NULL,            -- PEM
  sealed_key {bytes} NOT NULL,          -- by the cluster key, which is not in the database (server/ca/cluster_key.h)
  made_at BIGINT NOT NULL
);

-- The names in the certificates of the listeners, in order; the first one goes into join codes.
CREATE TABLE public_names (
  place BIGINT PRIMARY KEY,
  name TEXT NOT NULL
);
