#!/usr/bin/env bash
# make chaos: the tests named chaos… (or those named in the arguments, as in ARGS=soak), in a release build, with the deadlines
# of one and two seconds asserted; then a table of what each scenario of tests/it/chaos/scenarios.tsv measured.
#   CHAOS_LONG=1        the counts and durations of the long form; it also builds the commit before, for the rolling deploys
#   CHAOS_PREVIOUS=FILE a program of the build before, instead of building one
#   CHAOS_SOAK=SECONDS  how long the soak lasts
#   CHAOS_BUILD=        the development build instead (--release is the default)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- chaos
cargo nextest --version >/dev/null 2>&1 || { echo 'chaos: install its runner: cargo install cargo-nextest --locked' >&2; exit 1; }

if [ "${CHAOS_LONG:-0}" != 0 ] && [ -z "${CHAOS_PREVIOUS:-}" ]; then
  git worktree add --force --detach target/previous HEAD~1
  (cd target/previous && SQLX_OFFLINE=true CARGO_TARGET_DIR=../previous-build cargo build --locked --release --bin separacao)
  git worktree remove --force target/previous
  export CHAOS_PREVIOUS=$PWD/target/previous-build/release/separacao
fi

CHAOS_REPORT=$(mktemp)
export CHAOS=1 CHAOS_REPORT
trap 'rm -f "$CHAOS_REPORT"' EXIT
results=target/nextest/chaos/junit.xml
mkdir -p "$(dirname "$results")"
: >"$results"
read -ra build <<<"${CHAOS_BUILD---release}"
status=0
scripts/test.sh --profile chaos "${build[@]}" "$@" || status=$?

awk -f scripts/chaos.awk results="$results" "$results" measured="$CHAOS_REPORT" "$CHAOS_REPORT" tests/it/chaos/scenarios.tsv
exit "$status"
