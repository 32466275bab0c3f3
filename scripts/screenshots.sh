#!/usr/bin/env bash
# make screenshots: all screens of the demo into screenshots/, in four sizes, light and dark, in both languages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/install.sh ui
# shellcheck source=scripts/ui.sh
source scripts/ui.sh
start_demo
rm -rf screenshots
run_in_browser pictures.mjs "$BASE" "$NUMBER" "$PIN" "$PWD/screenshots" "$PWD/tests/fixtures/quotes/columns-11-items.pdf"
