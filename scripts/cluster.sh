#!/usr/bin/env bash
# make cluster: PostgreSQL, Redis, two replicas and a load balancer on loopback, until Ctrl-C. Nothing is kept.
#   PORT=8000      where the load balancer listens
#   DEMO=1         with the demo company
#   BINARY=path    instead of building
#
# HAProxy, not nginx: nginx of the distributions has no active health checks, so it would learn of a draining replica
# from failed requests. HAProxy asks /readyz, passes WebSockets untouched, and can choose at random as Railway does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install.sh cluster
if [ -z "${BINARY:-}" ]; then
  SQLX_OFFLINE=true cargo build --release --locked --bin separacao
  BINARY=${CARGO_TARGET_DIR:-target}/release/separacao
fi
BINARY=$(realpath "$BINARY")
port=${PORT:-8000}

# shellcheck source=scripts/services.sh
source scripts/services.sh
if listens "$port"; then
  echo "cluster: port $port is taken; choose another: make cluster PORT=8080" >&2
  exit 1
fi
start_postgres durable
start_redis

unset PORT APP_ENV RAILWAY_ENVIRONMENT RAILWAY_ENVIRONMENT_NAME ALLOWED_HOSTS DATABASE_UNPOOLED_URL
"$PGBIN/psql" -X -q -c 'create database separacao' "$TEST_DATABASE_URL"
export DATABASE_URL="${TEST_DATABASE_URL%/postgres*}/separacao?sslmode=disable" REDIS_URL=$TEST_REDIS_URL REPLICAS=2
export PUBLIC_ORIGINS="http://localhost:$port,http://127.0.0.1:$port" CLIENT_ADDRESS_HEADER=X-Real-IP
SECRET_KEY=$(head -c 36 /dev/urandom | base64)
export SECRET_KEY
"$BINARY" migrate
demo=()
case "${DEMO:-}" in 1 | true | yes) demo=(--demo) ;; esac
unset DEMO

ports=()
pids=()
for replica in a b; do
  for _ in 1 2 3; do
    replica_port=$(free_port)
    RAILWAY_REPLICA_ID=$replica PORT=$replica_port start "replica-$replica" "$BINARY" serve "${demo[@]}"
    until_up "replica-$replica" "$LAST_PID" listens "$replica_port" && break
    replica_port=
  done
  [ -n "$replica_port" ] || give_up "replica-$replica"
  ports+=("$replica_port")
  demo=() # loaded once
  pids+=("$LAST_PID")
done

cat >"$SERVICES/haproxy.cfg" <<EOF
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 24h
  option redispatch
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
  http-check expect status 200
listen separacao
  bind 127.0.0.1:$port
  bind ::1:$port
  balance random(1)
  http-request set-header X-Real-IP %[src]
  server a 127.0.0.1:${ports[0]} check inter 500ms fall 1 rise 1
  server b 127.0.0.1:${ports[1]} check inter 500ms fall 1 rise 1
EOF
start balancer haproxy -db -f "$SERVICES/haproxy.cfg"
until_up balancer "$LAST_PID" listens "$port" || give_up balancer

cat <<EOF
cluster: http://localhost:$port
  replica a  http://localhost:${ports[0]}  process ${pids[0]}   (kill -TERM drains it)
  replica b  http://localhost:${ports[1]}  process ${pids[1]}
  postgres   $DATABASE_URL
  redis      $REDIS_URL
  logs       $SERVICES/*.log
Ctrl-C stops everything.
EOF
wait "$LAST_PID"
