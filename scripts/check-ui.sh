#!/usr/bin/env bash
# make check-ui: axe on every page, dialog, print and offline state of the demo, and Lighthouse on a phone (NO_LIGHTHOUSE=1
# leaves that out). Fails with what it found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/install.sh ui
# shellcheck source=scripts/ui.sh
source scripts/ui.sh
start_demo
run_in_browser check.mjs "$BASE" "$NUMBER" "$PIN" "$PWD/tests/fixtures/quotes/columns-11-items.pdf"
