#!/usr/bin/env bash
# make run: serves the app. Without DATABASE_URL it runs the PostgreSQL of this machine on a private folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install.sh runtime
arguments=("$@")
case "${DEMO:-}" in 1 | true | yes) arguments+=(--demo) ;; esac
unset DEMO

target=${CARGO_TARGET_DIR:-target}
[ -x "$target/release/separacao" ] || echo "run: the first build takes some minutes"
export SQLX_OFFLINE=true
exec cargo run --quiet --release --locked --bin separacao -- serve "${arguments[@]}"
