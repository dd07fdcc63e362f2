#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints, in one run: what a full inventory of this machine costs beside dpkg-query -W and fusioninventory-inventory
# (Debian's, installed if it is missing); bytes of the first, a changed and an unchanged report; reports per second into
# a real server over mutual TLS, and into its ingest path alone, with the CPU per report; query latency at 1,000 and
# 10,000 machines.
#   tests/bench/run.sh [agent|ingest|server|query]...      all without an argument
# Machines differ and are noisy: compare figures of one run with each other.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash packaging/install-build-packages.sh --tests
if ! command -v fusioninventory-inventory >/dev/null; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get install -y -q --no-install-recommends fusioninventory-agent >&2
fi
cmake --preset release > /dev/null
cmake --build --preset release --target muster-bench muster-agent muster-server > build-bench.log 2>&1 ||
  { tail -40 build-bench.log; exit 1; }
exec env MUSTER_BIN="$PWD/build/release/bin" build/release/bench/muster-bench "$@"
