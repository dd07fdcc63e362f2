#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 packages that building (and, with --tests, testing) Muster needs and that are missing. Uses
# sudo when it is not run as root. Says nothing and asks nobody when all are there.
set -euo pipefail

packages=(g++ cmake ninja-build ccache pkg-config dpkg-dev file openssl ca-certificates iproute2
  libpoco-dev libsqlite3-dev libpq-dev nlohmann-json3-dev libssl-dev libcli11-dev libzstd-dev)
if [ "${1:-}" = "--tests" ]; then
  packages+=(catch2 clang-14 libclang-rt-14-dev llvm-14 clang-format-14 clang-tidy-14 curl util-linux procps postgresql
    zstd xz-utils adduser man-db systemd)
  packages+=(faketime nftables)  # tests/abuse: clocks that are wrong, networks that are cut
  packages+=(haproxy testssl.sh)  # tests/abuse: in front of the server, and against its TLS
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These Debian packages are missing, and neither root nor sudo is there to install them:" >&2
    echo "  ${missing[*]}" >&2
    echo "As root: apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q >&2
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
