#!/usr/bin/env bash
# make test: installs what tests need, starts it on free ports, runs everything, cleans up. Arguments go to the runner.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/install.sh tests
# shellcheck source=scripts/services.sh
source scripts/services.sh
start_postgres fast
start_redis
start_webdriver

# The settings of a developer's shell must not decide what is tested; queries are checked against .sqlx.
unset DATABASE_URL DATABASE_UNPOOLED_URL REDIS_URL APP_ENV RAILWAY_ENVIRONMENT RAILWAY_ENVIRONMENT_NAME SQLX_CHECK_URL
export SQLX_OFFLINE=true

run=(cargo test)
if cargo nextest --version >/dev/null 2>&1; then run=(cargo nextest run); fi
"${run[@]}" --locked --workspace "$@"
# What the image is built with besides, in a build that holds the program and this one test.
[ $# -gt 0 ] || "${run[@]}" --locked --features otlp --test otlp
