#!/bin/bash
# One router: `router.sh outside FOLDER` in a network namespace of its own. The folder holds everything rendered beforehand (router-files.ts).
# The first process keeps its pid to the end, as that of a node does; here this script is PID 1.
set -euo pipefail
folder=$2
source "${0%/*}/keep.sh" # now: /tmp, where it may lie, is about to be another one

if [ "$1" = outside ]; then # until it is recorded and wired up; end of input: its maker died before that
  read -r _ || exit 1
  exec unshare --mount --uts --pid --fork --kill-child --mount-proc bash "$0" inside "$folder" </dev/null
fi

# Private copies of every path that a router writes to. Nothing is created outside the folder.
mount -t tmpfs tmpfs /run
mkdir -p /run/node /run/bird
mount --bind "$folder" /run/node
for path in /tmp /var/tmp; do mount -t tmpfs tmpfs "$path"; done
if [ -e /run/node/frr ]; then # its programs give root up first, and then read and write
  mount -t tmpfs tmpfs /etc/frr
  cp /run/node/frr/* /etc/frr
  mkdir /run/frr
  chown -R frr:frr /etc/frr /run/frr
fi
hostname "$(cat /run/node/name)"

while IFS=$'\t' read -r unit socket; do
  start "$unit"
  until [ -z "$socket" ] || [ -S "$socket" ]; do sleep 0.01; done # those after it need it
done </run/node/start
wait
