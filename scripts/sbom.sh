#!/usr/bin/env bash
# scripts/sbom.sh [FILE]: the bill of materials of the program (CycloneDX 1.5, JSON), by default to sbom.cdx.json.
#
# Everything that is compiled in, from Cargo.lock, and the script that browsers get from static/vendor. The same
# sources give the same file, so two releases can be compared with diff.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
file=${1:-sbom.cdx.json}
cargo metadata --locked --format-version 1 --filter-platform x86_64-unknown-linux-gnu |
  python3 scripts/sbom.py >"$file"
echo "sbom: wrote $file ($(grep -c '"purl"' "$file") components)"
