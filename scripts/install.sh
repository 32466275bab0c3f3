#!/usr/bin/env bash
# Installs what is missing, from the packages of Debian or Ubuntu: scripts/install.sh runtime|tests|cluster|bench
#
# PostgreSQL's package would start a server of its own; the file that asks for it is set aside while installing, so no
# second server appears. Likewise no service (Redis, HAProxy) is started: we start our own, on ports and folders of ours.
set -euo pipefail

missing=()
need() { # COMMAND PACKAGE...
  command -v "$1" >/dev/null || missing+=("${@:2}")
}
need_postgres() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' || compgen -G '/usr/pgsql-*/bin/initdb' ||
    command -v initdb || compgen -G "${PG_BIN_DIR:-/nowhere}/initdb" || true)
  [ -n "$found" ] || missing+=(postgresql)
}

need cc gcc libc6-dev # the linker, and C inside two crates
need_postgres
case "${1:-runtime}" in
  runtime) ;;
  tests) need redis-server redis-server; need redis-cli redis-tools; need chromium chromium; need chromedriver chromium-driver
    compgen -G '/usr/share/fonts/truetype/*/*.ttf' >/dev/null || missing+=(fonts-liberation) ;; # else letters are boxes
  cluster) need redis-server redis-server; need redis-cli redis-tools; need haproxy haproxy ;;
  bench) need redis-server redis-server; need redis-cli redis-tools
    compgen -G '/usr/lib/postgresql/*/bin/pgbench' >/dev/null || need pgbench postgresql postgresql-contrib ;;
  *) echo "install: runtime, tests, cluster or bench" >&2; exit 2 ;;
esac

command -v cargo >/dev/null || { echo "install: Rust is missing; https://rustup.rs tells how to install it" >&2; exit 1; }
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install: please install ${missing[*]} (the names of Debian's packages), then run this again" >&2
  exit 1
fi
root() { if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"; else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi; }
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
  echo "install: as root, run: apt-get update && apt-get install -y ${missing[*]}" >&2
  exit 1
fi

echo "install: ${missing[*]}"
policy=/usr/sbin/policy-rc.d createcluster=/etc/postgresql-common/createcluster.conf
own_policy='' own_createcluster=''
restore() {
  [ -z "$own_policy" ] || root rm -f "$policy"
  [ -z "$own_createcluster" ] || root mv -f "$createcluster.separacao" "$createcluster"
}
trap restore EXIT

root apt-get update -qq
if [ ! -e "$policy" ]; then
  own_policy=1
  printf '#!/bin/sh\nexit 101\n' | root tee "$policy" >/dev/null
  root chmod 755 "$policy"
fi
install=(apt-get install -y -qq --no-install-recommends)
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  root "${install[@]}" postgresql-common >/dev/null
  root cp -p "$createcluster" "$createcluster.separacao"
  own_createcluster=1
  echo 'create_main_cluster = false' | root tee -a "$createcluster" >/dev/null
fi
root "${install[@]}" "${missing[@]}" >/dev/null
