#!/usr/bin/env bash
# make chaos: the tests named chaos…, in a release build, with the deadlines of one and two seconds asserted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
CHAOS=1 exec scripts/test.sh --release chaos "$@"
