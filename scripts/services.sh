# shellcheck shell=bash
# Sourced. Starts throw-away servers on free ports of loopback and ends exactly those, by process id, whatever happens:
# on exit, on Ctrl-C, and (the kernel sees to it) when this shell is killed.
#   start_postgres fast|durable  PGBIN, TEST_DATABASE_URL: the superuser, in the maintenance database
#   apply_migrations             the schema, there, without a program that has to be built first
#   start_redis                  TEST_REDIS_URL
#   start_webdriver              TEST_WEBDRIVER_URL
#   start NAME COMMAND...        anything else; LAST_PID is its process, its output is in $SERVICES/NAME.log

SERVICES=$(mktemp -d "${TMPDIR:-/tmp}/separacao.XXXXXX")
chmod 755 "$SERVICES"
SERVICE_PIDS=()
LAST_PID=

stop_services() {
  local i pid
  for ((i = ${#SERVICE_PIDS[@]} - 1; i >= 0; i--)); do
    pid=${SERVICE_PIDS[i]}
    # Each is the leader of a session of its own; what it started ends with it.
    kill -INT -- "-$pid" 2>/dev/null || kill -INT "$pid" 2>/dev/null || continue
    for _ in {1..100}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -KILL -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  SERVICE_PIDS=()
  rm -rf "$SERVICES"
}
trap stop_services EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

as_postgres=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses root
  account=$(getent passwd postgres nobody | head -n 1)
  as_postgres=("--reuid=$(cut -d: -f3 <<<"$account")" "--regid=$(cut -d: -f4 <<<"$account")" --clear-groups)
fi

start() {
  local name=$1
  shift
  start_as "$name" -- "$@"
}

start_as() { # NAME [setpriv options] -- COMMAND...
  local name=$1
  shift
  # A shell without job control makes its children deaf to Ctrl-C's signal; these shall hear ours.
  (cd / && exec setsid env --default-signal=INT setpriv --pdeathsig INT "$@") >>"$SERVICES/$name.log" 2>&1 </dev/null &
  LAST_PID=$!
  SERVICE_PIDS+=("$LAST_PID")
}

# A port nobody listens on now; who starts a server on it still has to see it come up.
free_port() {
  local port
  while :; do
    port=$((RANDOM % 20000 + 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# until_up NAME PID COMMAND...: succeeds when the command does; fails when the process has ended or after 30 s.
until_up() {
  local name=$1 pid=$2
  shift 2
  for _ in {1..600}; do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
  echo "services: $name is not ready after 30 s" >&2
  return 1
}

give_up() {
  echo "services: $1 does not start:" >&2
  tail -n 20 "$SERVICES/$1.log" >&2
  exit 1
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

find_postgres() {
  PGBIN=${PG_BIN_DIR:-$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 | xargs -r dirname)}
  [ -n "$PGBIN" ] || PGBIN=$(dirname "$(command -v initdb)")
}

start_postgres() {
  local data=$SERVICES/postgres port
  local settings=(-c max_connections=500 -c shared_buffers=256MB -c cluster_name=separacao-tests)
  [ "$1" = durable ] || settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  find_postgres
  mkdir -m 700 "$data"
  [ ${#as_postgres[@]} = 0 ] || chown "$(cut -d: -f3,4 <<<"$account")" "$data"
  local initdb=("$PGBIN/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-sync)
  (
    cd /
    setpriv "${as_postgres[@]}" "${initdb[@]}" --locale-provider=icu --icu-locale=pt-BR --locale=C.UTF-8 ||
      setpriv "${as_postgres[@]}" "${initdb[@]}" --locale=C.UTF-8
  ) >>"$SERVICES/postgres.log" 2>&1 </dev/null || give_up postgres
  for _ in 1 2 3; do
    port=$(free_port)
    start_as postgres "${as_postgres[@]}" -- "$PGBIN/postgres" -D "$data" -k "$data" -p "$port" \
      -c listen_addresses=127.0.0.1 "${settings[@]}"
    if until_up postgres "$LAST_PID" "$PGBIN/pg_isready" -q -h 127.0.0.1 -p "$port"; then
      export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
      return
    fi
  done
  give_up postgres
}

apply_migrations() {
  local sql=("$PGBIN/psql" -X -q -v ON_ERROR_STOP=1 "$TEST_DATABASE_URL") migration whole
  # What sqlx's migrator has made before it runs the first file.
  "${sql[@]}" -c 'create table _sqlx_migrations (version bigint primary key, description text not null,
    installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
    execution_time bigint not null)'
  for migration in migrations/*.sql; do
    whole=(-1)
    [ "$(head -c 17 "$migration")" != '-- no-transaction' ] || whole=()
    "${sql[@]}" "${whole[@]}" -f "$migration" >/dev/null
  done
}

start_redis() {
  local port
  for _ in 1 2 3; do
    port=$(free_port)
    start redis redis-server --port "$port" --bind 127.0.0.1 --dir "$SERVICES" --save '' --appendonly no
    if until_up redis "$LAST_PID" redis-cli -p "$port" ping; then
      export TEST_REDIS_URL="redis://127.0.0.1:$port"
      return
    fi
  done
  give_up redis
}

start_webdriver() {
  local port
  for _ in 1 2 3; do
    port=$(free_port)
    start webdriver chromedriver "--port=$port"
    if until_up webdriver "$LAST_PID" listens "$port"; then
      export TEST_WEBDRIVER_URL="http://127.0.0.1:$port"
      return
    fi
  done
  give_up webdriver
}
