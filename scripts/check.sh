#!/usr/bin/env bash
# make check: all of CI but the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
section() { printf '\n== %s\n' "$1"; }

section 'format'
cargo fmt --all --check

section 'lints'
SQLX_OFFLINE=true cargo clippy --locked --workspace --all-targets -- -D warnings

section 'lints of traces over OTLP'
SQLX_OFFLINE=true cargo clippy --locked --features otlp --lib --bins --test otlp -- -D warnings

section 'offline query data'
scripts/sqlx.sh --check

section 'licences, bans, sources, advisories'
if cargo deny --version >/dev/null 2>&1; then
  cargo deny check bans licenses sources
  # The list of advisories is fetched; a finding fails the check, a network that is away does not.
  if cargo deny fetch db >/dev/null 2>&1; then
    cargo deny check advisories
  else
    echo 'the list of advisories cannot be fetched: left out'
  fi
else
  echo 'cargo-deny is not installed: left out'
fi

section 'bill of materials'
if command -v python3 >/dev/null; then
  scripts/sbom.sh "${TMPDIR:-/tmp}/separacao-sbom.$$"
  rm "${TMPDIR:-/tmp}/separacao-sbom.$$"
else
  echo 'python3 is not installed: left out'
fi

section 'script'
if command -v node >/dev/null; then
  # A timer that nobody stops would wait for ever.
  timeout 300 node --test tests/js/*.test.mjs >"${TMPDIR:-/tmp}/separacao-js.$$" || { cat "${TMPDIR:-/tmp}/separacao-js.$$"; exit 1; }
  rm "${TMPDIR:-/tmp}/separacao-js.$$"
else
  echo 'node is not installed: left out'
fi

section 'types of the script'
typescript=5.9.3
tsc=target/npm/node_modules/.bin/tsc
if ! command -v npm >/dev/null; then
  echo 'npm is not installed: left out'
elif [ "$("$tsc" --version 2>/dev/null)" = "Version $typescript" ] ||
  npm install --prefix target/npm --no-save --no-audit --no-fund --fetch-retries 0 --fetch-timeout 20000 \
    "typescript@$typescript" >/dev/null 2>&1; then
  "$tsc" --project tsconfig.json
else
  echo 'typescript cannot be fetched: left out'
fi

section 'shell scripts'
if command -v shellcheck >/dev/null; then
  shellcheck -x scripts/*.sh .ci/run
else
  echo 'shellcheck is not installed: left out'
fi
