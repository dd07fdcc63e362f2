#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Abuse case 26: all agents connect within one second after an outage, some with full spools. Every report is
# acknowledged in the end and is in the store, hashes agree, and nobody is sent away but by 503 with Retry-After.
# Small here; 10,000 agents with MUSTER_TEST_FULL=1. What it cannot cover: 10,000 machines on networks of their own.
#   tests/abuse/26_reconnect_storm.sh BUILD-FOLDER        (Release, with muster-load and muster-server)
set -euo pipefail
exec bash "$(dirname "$0")/../load/run.sh" --build "$1" reconnect
