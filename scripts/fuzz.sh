#!/usr/bin/env bash
# make fuzz: each target of tests/it/fuzz for FUZZ_SECONDS (60), in a release build, with the number of its inputs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo nextest --version >/dev/null 2>&1 || { echo 'fuzz: install its runner: cargo install cargo-nextest --locked' >&2; exit 1; }
export FUZZ_SECONDS=${FUZZ_SECONDS:-60}
read -ra build <<<"${FUZZ_BUILD---release}"
exec scripts/test.sh --profile chaos "${build[@]}" --success-output final --status-level pass fuzz:: "$@"
