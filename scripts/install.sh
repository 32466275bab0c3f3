#!/usr/bin/env bash
# Installs what is missing, from the packages of Debian or Ubuntu: scripts/install.sh runtime|tests|cluster|bench|image|ui
# What it cannot install it names, with the one line that does.
#
# PostgreSQL's package would start a server of its own; the file that asks for it is set aside while installing, so no
# second server appears. Likewise no service (Redis, HAProxy) is started: we start our own, on ports and folders of ours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

give_up() {
  echo "install: $*" >&2
  exit 1
}

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
    need pgbouncer pgbouncer; need openssl openssl
    compgen -G '/usr/share/fonts/truetype/*/*.ttf' >/dev/null || missing+=(fonts-liberation) ;; # else letters are boxes
  cluster) need redis-server redis-server; need redis-cli redis-tools; need haproxy haproxy ;;
  bench) need redis-server redis-server; need redis-cli redis-tools
    compgen -G '/usr/lib/postgresql/*/bin/pgbench' >/dev/null || need pgbench postgresql postgresql-contrib ;;
  image) need redis-server redis-server; need redis-cli redis-tools; need openssl openssl; need curl curl
    need python3 python3; need ps procps ;;
  ui) [ -x "${CHROMIUM:-/usr/bin/google-chrome}" ] || [ -x /usr/bin/chromium-browser ] || need chromium chromium
    need curl curl; need node nodejs; need npm npm ;;
  *) echo "install: runtime, tests, cluster, bench, image or ui" >&2; exit 2 ;;
esac

wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
if ! command -v cargo >/dev/null; then
  # shellcheck disable=SC2016 # to be typed as it stands
  [ ! -x "$HOME/.cargo/bin/cargo" ] || give_up 'Rust is not on the path; run: . "$HOME/.cargo/env"'
  give_up "Rust $wanted is missing; https://rustup.rs tells how to install it"
fi
here=$(cargo --version | cut -d' ' -f2)
[ "$(printf '%s\n' "$wanted" "$here" | sort -V | head -n 1)" = "$wanted" ] ||
  give_up "Rust $wanted is needed and $here is here; https://rustup.rs tells how to install it"
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
  give_up "please install ${missing[*]} (the names of Debian's packages), then run this again"
root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" != 0 ]; then
  by_hand="as root, run: apt-get update && apt-get install -y ${missing[*]}"
  command -v sudo >/dev/null || give_up "$by_hand"
  # Without a terminal nobody can type the password.
  sudo -n true 2>/dev/null || (: >/dev/tty) 2>/dev/null || give_up "$by_hand"
  root=(sudo "${root[@]}")
fi

echo "install: ${missing[*]}"
policy=/usr/sbin/policy-rc.d createcluster=/etc/postgresql-common/createcluster.conf
own_policy='' own_createcluster='' installed=''
restore() {
  [ -z "$own_policy" ] || "${root[@]}" rm -f "$policy"
  [ -z "$own_createcluster" ] || "${root[@]}" mv -f "$createcluster.separacao" "$createcluster"
  [ -n "$installed" ] || echo "install: the packages above are still missing; apt-get says why" >&2
}
trap restore EXIT

"${root[@]}" apt-get update -qq
if [ ! -e "$policy" ]; then
  own_policy=1
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
fi
install=(apt-get install -y -qq --no-install-recommends)
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  "${root[@]}" "${install[@]}" postgresql-common >/dev/null
  "${root[@]}" cp -p "$createcluster" "$createcluster.separacao"
  own_createcluster=1
  echo 'create_main_cluster = false' | "${root[@]}" tee -a "$createcluster" >/dev/null
fi
"${root[@]}" "${install[@]}" "${missing[@]}" >/dev/null
installed=1
