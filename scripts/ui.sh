# shellcheck shell=bash
# Sourced from the root of the repository. Serves a fresh demo on a free port and brings a browser's driver:
#   start_demo         BASE, NUMBER, PIN: where it is, and an administrator of it
#   run_in_browser X   node scripts/ui/X with what follows
# What comes from npm is fetched once, in pinned versions, into target/npm.

# shellcheck source=scripts/services.sh
source scripts/services.sh

PUPPETEER=24.43.1
AXE=4.14.1
LIGHTHOUSE=12.8.2
# Of check.sh: npm takes away what it is not asked for.
TYPESCRIPT=$(sed -n 's/^typescript=//p' scripts/check.sh)

start_demo() {
  local port data log
  # BINARY: one that is there already.
  if [ -z "${BINARY:-}" ]; then
    SQLX_OFFLINE=true cargo build --locked --quiet --bin separacao
    BINARY=$PWD/${CARGO_TARGET_DIR:-target}/debug/separacao
  fi
  port=$(free_port)
  data=$SERVICES/demo
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chmod 777 "$data"
  # shellcheck disable=SC2154
  start demo env "PORT=$port" "DATA_DIR=$data" "$BINARY" serve --demo
  log=$SERVICES/demo.log
  BASE=http://localhost:$port
  until_up demo "$LAST_PID" curl -sf "$BASE/readyz" || give_up demo
  # shellcheck disable=SC2034 # read by whoever sources this file
  PIN=$(sed -n "s/.*everybody's PIN is \([0-9]*\).*/\1/p" "$log" | head -n 1)
  # shellcheck disable=SC2034
  NUMBER=1001
}

run_in_browser() {
  local script=$1
  shift
  if [ ! -d target/npm/node_modules/puppeteer-core ] || [ ! -d target/npm/node_modules/axe-core ]; then
    npm install --prefix target/npm --no-save --no-audit --no-fund \
      "puppeteer-core@$PUPPETEER" "axe-core@$AXE" "lighthouse@$LIGHTHOUSE" "typescript@$TYPESCRIPT" >/dev/null
  fi
  # Modules are looked for beside the script.
  mkdir -p target/npm/ui
  cp scripts/ui/*.mjs target/npm/ui/
  node "target/npm/ui/$script" "$@"
}
