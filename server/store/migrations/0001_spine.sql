-- SPDX-License-Identifier: Apache-2.0
-- The tables of the spine. Section tables are not here: they follow from the section declarations
-- (server/facts/section_tables.h).
--
-- Times are milliseconds since 1970 UTC. Temporal rows have
--   since, until        valid time: when it was so; until NULL = still
--   opened_by, closed_by  the revision that opened and the one that closed the row: when we knew, and who said it
-- and are never changed, only closed once. docs/decisions/0003 tells why it is so.

-- One row a report or edit that changed anything. revision_id grows with recorded_at.
CREATE TABLE revisions (
  revision_id {identity},
  recorded_at BIGINT NOT NULL,          -- when the server took it; never smaller than that of an earlier revision
  kind TEXT NOT NULL,                   -- report, edit, enrolment, system
  actor TEXT NOT NULL,                  -- agent id, user name, or the part of the server
  source_record BIGINT,
  report_sequence BIGINT,
  agent_version TEXT,
  time_uncertain BIGINT NOT NULL DEFAULT 0,      -- valid times rest on the agent's clock of an earlier boot
  possibly_collector BIGINT NOT NULL DEFAULT 0   -- first report of a new agent version: changes can be its doing
);
CREATE INDEX revisions_by_time ON revisions (recorded_at);

-- What one agent installation, or the people who edit by hand, say about one thing (model.md section 1).
CREATE TABLE source_records (
  source_record {identity},
  kind TEXT NOT NULL,                   -- agent, manual
  created_by BIGINT NOT NULL            -- revision
);

-- One row per configuration item. Everything that is known of it is in its source records.
CREATE TABLE items (
  item_id {identity},
  created_by BIGINT NOT NULL,           -- revision
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1     -- grows with each edit: the ETag
);

-- Purged items keep their number and nothing else, so that a purge is not mistaken for a number never given.
CREATE TABLE purged_items (
  item_id BIGINT PRIMARY KEY,
  purged_at BIGINT NOT NULL,
  purged_by TEXT NOT NULL
);

-- An item is the set of source records assigned to it.
CREATE TABLE assignments (
  assignment_id {identity},
  source_record BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  reason TEXT NOT NULL,                 -- a sentence: the evidence behind it
  since BIGINT NOT NULL,
  until BIGINT,
  opened_by BIGINT NOT NULL,
  closed_by BIGINT
);
CREATE INDEX assignments_by_item ON assignments (item_id);
CREATE INDEX assignments_by_source ON assignments (source_record);
CREATE UNIQUE INDEX assignments_open ON assignments (source_record) WHERE until IS NULL;

-- Attributes of an item from one source; by hand through the item's manual source record.
CREATE TABLE item_values (
  value_id {identity},
  source_record BIGINT NOT NULL,
  attribute TEXT NOT NULL,              -- name, class, owner, location, lifecycle, note, archived
  value TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  opened_by BIGINT NOT NULL,
  closed_by BIGINT
);
CREATE UNIQUE INDEX item_values_open ON item_values (source_record, attribute) WHERE until IS NULL;
CREATE INDEX item_values_by_source ON item_values (source_record, attribute);

-- What identifies a machine, as its agent reports it. Placeholders never get here.
CREATE TABLE evidence (
  evidence_id {identity},
  source_record BIGINT NOT NULL,
  kind TEXT NOT NULL,                   -- smbios_uuid, serial_number, board_serial_number, machine_id, mac_address, ...
  value TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  opened_by BIGINT NOT NULL,
  closed_by BIGINT
);
CREATE UNIQUE INDEX evidence_open ON evidence (source_record, kind, value) WHERE until IS NULL;
CREATE INDEX evidence_by_value ON evidence (kind, value) WHERE until IS NULL;

-- One row per enrolment of an agent. A machine that is enrolled anew has a new row.
CREATE TABLE agents (
  agent_id TEXT PRIMARY KEY,            -- UUID, in the certificate
  source_record BIGINT,                 -- NULL until the first report
  state TEXT NOT NULL,                  -- active, superseded, revoked
  enrolled_at BIGINT NOT NULL,
  enrolled_with TEXT,                   -- join token id
  enrolled_from TEXT,                   -- network address
  state_changed_at BIGINT NOT NULL,
  state_changed_by TEXT NOT NULL,
  state_reason TEXT,                    -- why it was revoked, or which agent took its place
  -- The last report of an agent whose place in agent_state another one has taken, or that was purged.
  last_reported_at BIGINT,
  last_version TEXT,
  last_address TEXT
);
CREATE INDEX agents_by_source ON agents (source_record);

-- The certificates that were issued to agents. Long expired ones are forgotten, revoked ones never.
CREATE TABLE certificates (
  serial TEXT PRIMARY KEY,              -- lower-case hexadecimal
  agent_id TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX certificates_by_agent ON certificates (agent_id);

-- Agents with a good certificate that the store does not know: it was restored from a backup made before they
-- enrolled. They wait until a person lets them in.
CREATE TABLE waiting_agents (
  agent_id TEXT PRIMARY KEY,
  serial TEXT NOT NULL,                 -- of the certificate that it showed last
  not_after BIGINT NOT NULL,            -- of the same
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  address TEXT NOT NULL
);

-- The last report of each agent's source record, in place: what an unchanged report costs.
CREATE TABLE agent_state (
  source_record BIGINT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  boot_id TEXT NOT NULL,
  root TEXT NOT NULL,                   -- as the agent sent it
  reply TEXT NOT NULL,                  -- for the same sequence and root again
  reported_at BIGINT NOT NULL,          -- by the server's clock
  clock_offset_ms BIGINT NOT NULL,      -- server's clock less agent's clock at that report
  collected_each BIGINT,                -- valid time of the last collection of each class
  collected_hourly BIGINT,
  collected_daily BIGINT,
  agent_version TEXT NOT NULL,
  address TEXT NOT NULL,
  vitals TEXT,                          -- last value only, JSON
  interval_s BIGINT NOT NULL
);

-- The present of each section: what its hash is and when it was last looked at.
CREATE TABLE section_state (
  source_record BIGINT NOT NULL,
  section TEXT NOT NULL,
  schema BIGINT NOT NULL,
  hash {bytes} NOT NULL,                -- as agreed with the agent
  kept_hash {bytes} NOT NULL,           -- sum over rows that the server keeps although the agent lost them (not ok)
  status_line TEXT NOT NULL,            -- inventory::status_line, for the root
  collected_at BIGINT NOT NULL,         -- valid time of the last report that carried it
  ok_at BIGINT,                         -- the same, when every source was ok
  PRIMARY KEY (source_record, section)
);

-- Status of each source within a section, as intervals.
CREATE TABLE section_status (
  status_id {identity},
  source_record BIGINT NOT NULL,
  section TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  since BIGINT NOT NULL,
  until BIGINT,
  opened_by BIGINT NOT NULL,
  closed_by BIGINT
);
CREATE UNIQUE INDEX section_status_open ON section_status (source_record, section, source) WHERE until IS NULL;
CREATE INDEX section_status_by_source ON section_status (source_record, section);
CREATE INDEX section_status_by_status ON section_status (section, status) WHERE until IS NULL;

-- When an agent was heard of: intervals that are extended in place while reports keep coming.
CREATE TABLE presence (
  presence_id {identity},
  source_record BIGINT NOT NULL,
  since BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  opened_by BIGINT NOT NULL
);
CREATE INDEX presence_by_source ON presence (source_record, since);

-- Spans of which nothing is known, after a restore of the server or of the machine.
CREATE TABLE history_gaps (
  gap_id {identity},
  source_record BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  reason TEXT NOT NULL,
  opened_by BIGINT NOT NULL
);
CREATE INDEX history_gaps_by_source ON history_gaps (source_record, since);

-- The tokens that let machines enrol: how often, until when, and how often they were used.
CREATE TABLE join_tokens (
  token_id TEXT PRIMARY KEY,
  hash {bytes} NOT NULL,                -- SHA-256 of the secret
  note TEXT,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  max_uses BIGINT NOT NULL,
  uses BIGINT NOT NULL DEFAULT 0,
  revoked_at BIGINT
);
CREATE INDEX join_tokens_by_time ON join_tokens (created_at);

-- People with an account. Accounts are disabled, never deleted.
CREATE TABLE users (
  user_id {identity},
  name TEXT NOT NULL UNIQUE,            -- lower case
  display_name TEXT,
  email TEXT,
  role TEXT NOT NULL,                   -- requester, viewer, technician, admin
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  must_change_password BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1
);

-- Sign-ins of people, one row per browser or command line.
CREATE TABLE sessions (
  hash {bytes} PRIMARY KEY,             -- SHA-256 of the cookie's value
  user_id BIGINT NOT NULL,
  csrf_token TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- API tokens of users. The token itself is shown once and not stored.
CREATE TABLE tokens (
  token_id {identity},
  user_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  hash {bytes} NOT NULL UNIQUE,         -- SHA-256 of the token
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT
);
CREATE INDEX tokens_by_user ON tokens (user_id);

-- Attempts to sign in, counted before the password is looked at; shared by all servers of a database.
CREATE TABLE sign_in_attempts (
  counter TEXT PRIMARY KEY,             -- "address 192.0.2.7", "name novak", "pair novak 192.0.2.7"
  since BIGINT NOT NULL,                -- when the window that is being counted began
  attempts BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (since);

-- Who did what to which object, from where.
CREATE TABLE audit (
  audit_id {identity},
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,                 -- "user.create", "item.purge"
  object TEXT NOT NULL,                 -- "item/17"
  detail TEXT NOT NULL,                 -- JSON object
  address TEXT NOT NULL,
  request_id TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_object ON audit (object);

-- Tickets in their present state. How they got there is in ticket_notes.
CREATE TABLE tickets (
  ticket_id {identity},
  type TEXT NOT NULL,                   -- incident
  state TEXT NOT NULL,                  -- new, in_progress, on_hold, resolved, closed
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  requester TEXT,                       -- user name, or the name of a person without an account
  requester_user BIGINT,                -- users.user_id
  assignee BIGINT,                      -- users.user_id
  began_at BIGINT NOT NULL,             -- when the trouble began
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  resolved_at BIGINT,
  resolution TEXT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX tickets_by_state ON tickets (state, updated_at);
CREATE INDEX tickets_by_time ON tickets (updated_at);
CREATE INDEX tickets_by_requester ON tickets (requester_user);
CREATE INDEX tickets_by_assignee ON tickets (assignee);

-- The activity of a ticket: notes, replies, and the events that the program adds by itself.
CREATE TABLE ticket_notes (
  note_id {identity},
  ticket_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  author TEXT NOT NULL,
  kind TEXT NOT NULL,                   -- note, reply, event
  shown_to_requester BIGINT NOT NULL,   -- replies and changes of state: 1; notes and links: 0
  text TEXT NOT NULL
);
CREATE INDEX ticket_notes_by_ticket ON ticket_notes (ticket_id);

-- Which items a ticket is about, and in which role. A link that was removed stays with its end.
CREATE TABLE ticket_links (
  link_id {identity},
  ticket_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  role TEXT NOT NULL,                   -- affected, cause, related, requested
  reason TEXT,
  linked_at BIGINT NOT NULL,
  linked_by TEXT NOT NULL,
  unlinked_at BIGINT,
  unlinked_by TEXT
);
CREATE UNIQUE INDEX ticket_links_open ON ticket_links (ticket_id, item_id) WHERE unlinked_at IS NULL;
CREATE INDEX ticket_links_by_item ON ticket_links (item_id);
