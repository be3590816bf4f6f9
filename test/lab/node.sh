#!/bin/bash
# One node: `node.sh outside FOLDER` in a network namespace of its own. The folder holds everything rendered beforehand (node-files.ts).
# The first process keeps its pid to the end: SIGKILL to it is a power cut. In the node this script is PID 1, and `wait` collects orphans.
set -euo pipefail
folder=$2
source "${0%/*}/keep.sh" # now: /tmp, where it may lie, is about to be another one

case $1 in
outside) # until it is recorded, in its control groups and wired up; end of input: its maker died before that
  read -r _ || exit 1
  exec unshare --cgroup bash "$0" leaf "$folder" </dev/null ;;
leaf) # cgroup version 2: processes live in a leaf below the group that the node takes for the root
  [ ! -e "$folder/leaf" ] || echo $$ >"$(cat "$folder/leaf")/cgroup.procs"
  exec unshare --mount --uts --pid --fork --kill-child --mount-proc bash "$0" inside "$folder" ;;
esac

# Private copies of every path that a node writes to. Nothing is created outside the folder, not even a mount point.
mkdir -p "$folder"/{var-lib,var-log,log}
mount -t tmpfs tmpfs /run
mkdir -p /run/{node,bin,lock}
mount --bind "$folder" /run/node
while IFS=$'\t' read -r name path; do
  touch "/run/bin/$name"
  mount --bind "$path" "/run/bin/$name"
done </run/node/programs
mount --bind /run/node/var-lib /var/lib
mount --bind /run/node/var-log /var/log
mount -t tmpfs tmpfs /tmp
mkdir -p /var/log/{pods,containers}
export PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -t sysfs sysfs /sys
if [ -e /run/node/leaf ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control; done
else
  mount -t tmpfs tmpfs /sys/fs/cgroup
  while IFS=: read -r _ controllers _; do
    hierarchy=/sys/fs/cgroup/${controllers#name=}
    [ -n "$controllers" ] || hierarchy=/sys/fs/cgroup/unified
    mkdir -p "$hierarchy"
    if [ -n "$controllers" ]; then mount -t cgroup -o "$controllers" cgroup "$hierarchy"; else mount -t cgroup2 cgroup2 "$hierarchy"; fi
  done </proc/self/cgroup
fi

# kubelet insists on these values of the whole machine: it gets files that say so, and the machine keeps its own.
while IFS='=' read -r name value; do
  [ -e "/proc/sys/$name" ] || continue
  echo "$value" >"/run/${name//\//.}"
  mount --bind "/run/${name//\//.}" "/proc/sys/$name"
done </run/node/sysctls
mount --make-rshared / # not earlier: binds of one another would show every mount of a container thrice
hostname "$(cat /run/node/name)"

start containerd
start etcd
start kube-apiserver
until [ -S /run/containerd/containerd.sock ]; do sleep 0.02; done # kubelet ends without it
start kubelet
start kube-proxy
if [ -e /run/node/units/kube-apiserver ]; then
  # The controller manager ends when the roles that the API server makes at its start are not there yet.
  until [ "$(curl --silent --max-time 2 --cacert /run/node/ca.crt https://127.0.0.1:6443/readyz)" = ok ]; do sleep 0.1; done
  start kube-controller-manager
  start kube-scheduler
fi
wait
