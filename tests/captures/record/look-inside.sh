#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in a machine with systemd, at the end of its boot: the machine's own setup, then the agent;
# its capture goes out through the first virtio port.
cd /
echo "looking"
udevadm settle --timeout=60
[ ! -e /setup.sh ] || sh -eux /setup.sh || echo "SETUP FAILED"
udevadm trigger --subsystem-match=block --action=change # what was just formatted
udevadm settle --timeout=60
sleep 6 # for links that come up
muster-agent capture /run/capture
cat /run/capture >/dev/vport0p1
sync
systemctl poweroff --force --force
