#!/usr/bin/env bash
# make run: serves the app. Without DATABASE_URL it runs the PostgreSQL of this machine on a private folder.
#
# It is the build that `make test` shares: optimised where it matters (PINs, PDFs), and there in a third of the time that
# a release build takes. For speed, as in production: cargo run --release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install.sh runtime
arguments=("$@")
case "${DEMO:-}" in 1 | true | yes) arguments+=(--demo) ;; esac
unset DEMO

[ -x "${CARGO_TARGET_DIR:-target}/debug/separacao" ] || echo "run: the first build takes some minutes (three on two cores)"
export SQLX_OFFLINE=true
exec cargo run --locked --bin separacao -- serve "${arguments[@]}"
