# For node.sh and router.sh, inside: `start UNIT` runs the program that /run/node/units/UNIT describes, if there is one.
# A program that ends is started again, as systemd would; /run/NAME.pid is its latest process.
keep() {
  local argv
  mapfile -t argv <"/run/node/units/$1"
  while :; do
    "${argv[@]}" >>"/run/node/log/$1.log" 2>&1 &
    echo $! >"/run/$1.pid"
    wait $! || echo "$1 ended with $?" >>/run/node/log/node.log
    sleep 0.2
  done
}
start() { [ ! -e "/run/node/units/$1" ] || keep "$1" & }
