#!/usr/bin/env bash
# make bench: the table of speeds. PostgreSQL keeps its promises here (fsync on), as it does in production.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install.sh bench
# shellcheck source=scripts/services.sh
source scripts/services.sh
start_postgres durable
start_redis
export PGBIN SQLX_OFFLINE=true
cargo bench --locked --bench warehouse -- "$@"
