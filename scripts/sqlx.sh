#!/usr/bin/env bash
# make sqlx: rewrites .sqlx, which the build reads instead of a database. --check: only says whether it is current.
#
# The query macros describe each statement on SQLX_CHECK_URL and write what they learn into SQLX_OFFLINE_DIR; a touched
# lib.rs makes them run again. So .sqlx holds the queries of today and no others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install.sh runtime
# shellcheck source=scripts/services.sh
source scripts/services.sh
start_postgres fast
export PGOPTIONS='-c client_min_messages=warning'
apply_migrations

fresh=$SERVICES/queries
mkdir "$fresh"
touch src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh SQLX_CHECK_URL=$TEST_DATABASE_URL cargo check --quiet --locked --all-targets

mkdir -p .sqlx
if diff -r -q .sqlx "$fresh" >/dev/null; then
  echo "sqlx: .sqlx is current ($(find "$fresh" -name '*.json' | wc -l) queries)"
elif [ "${1:-}" = --check ]; then
  diff -r -q .sqlx "$fresh" >&2 || true
  echo "sqlx: .sqlx is not current; run: make sqlx" >&2
  exit 1
else
  rm -rf .sqlx
  cp -r "$fresh" .sqlx
  echo "sqlx: wrote $(find .sqlx -name '*.json' | wc -l) queries"
fi
