#!/usr/bin/env bash
# make image: builds the container image with buildah (root, no daemon) and proves it from the inside, as the user it
# runs as: what it holds, that it is small, --help, names by file and by DNS, TLS against its own CA certificates,
# migrate, serve, 200 on /, and an orderly end.
#   IMAGE=separacao      its name; BUILD=0 proves the one that is there
#   STORAGE_DRIVER=vfs   works everywhere, but copies gigabytes for every layer, so layers are kept only with another
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

image=${IMAGE:-separacao}
command -v buildah >/dev/null || { echo "image: install buildah, or: docker build -t $image ." >&2; exit 1; }
scripts/install.sh image
driver=${STORAGE_DRIVER:-vfs}
buildah=(buildah --storage-driver "$driver")
here=(--isolation chroot --network host)
[ "$driver" = vfs ] || here+=(--layers)
if [ "${BUILD:-1}" != 0 ]; then
  time=$(git log -1 --format=%ct 2>/dev/null || date +%s)
  "${buildah[@]}" bud "${here[@]}" --build-arg "BUILD_TIME=$time" -t "$image" .
fi

# shellcheck source=scripts/services.sh
source scripts/services.sh
container=$("${buildah[@]}" from "$image")
root=$("${buildah[@]}" mount "$container")
leave() {
  stop_services
  umount "$root/proc" 2>/dev/null || true
  "${buildah[@]}" rm "$container" >/dev/null
}
trap leave EXIT

echo "== what it holds"
(cd "$root" && find . -type f -o -type l | sort)
bytes=$(du -sb "$root" | cut -f1)
echo "$((bytes / 1000000)) MB"
[ "$bytes" -le 60000000 ] || { echo "image: larger than 60 MB" >&2; exit 1; }
[ "$("${buildah[@]}" inspect --type image --format '{{.OCIv1.Config.User}}' "$image")" = 10001:10001 ]

echo "== services with TLS, and a name server that knows them as db.internal and bell.internal"
tls=$SERVICES/tls
mkdir -m 755 "$tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout "$tls/ca.key" -out "$tls/ca.crt" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=db.internal -keyout "$tls/key" -out "$tls/csr" 2>/dev/null
openssl x509 -req -in "$tls/csr" -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -CAcreateserial -days 2 -out "$tls/crt" \
  -extfile <(echo 'subjectAltName=DNS:db.internal,DNS:bell.internal,DNS:localhost') 2>/dev/null
cat "$root/etc/ssl/certs/ca-certificates.crt" "$tls/ca.crt" >"$tls/bundle.crt"
chmod 644 "$tls"/*
start_postgres fast
"$PGBIN/psql" -X -q "$TEST_DATABASE_URL" -c 'create database separacao' \
  -c "alter system set ssl_cert_file = '$SERVICES/postgres/tls.crt'" \
  -c "alter system set ssl_key_file = '$SERVICES/postgres/tls.key'" -c 'alter system set ssl = on'
install -m 600 -o "$(stat -c %u "$SERVICES/postgres")" "$tls/crt" "$SERVICES/postgres/tls.crt"
install -m 600 -o "$(stat -c %u "$SERVICES/postgres")" "$tls/key" "$SERVICES/postgres/tls.key"
"$PGBIN/psql" -X -q "$TEST_DATABASE_URL" -c 'select pg_reload_conf()' >/dev/null
redis_port=$(free_port)
start redis redis-server --port 0 --tls-port "$redis_port" --bind 127.0.0.1 --save '' --tls-auth-clients no \
  --tls-cert-file "$tls/crt" --tls-key-file "$tls/key" --tls-ca-cert-file "$tls/ca.crt"
until_up redis "$LAST_PID" listens "$redis_port" || give_up redis
cat >"$SERVICES/dns.py" <<'EOF'
import socket, sys
names = {b"\x02db\x08internal\x00", b"\x04bell\x08internal\x00"}
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.53", 53))
print("ready", flush=True)
while True:
    query, address = server.recvfrom(512)
    end = query.index(b"\0", 12) + 1
    name, kind = query[12:end], query[end:end + 2]
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if kind == b"\0\1" and name in names else b""
    code = b"\x81\x80" if name in names else b"\x81\x83"
    server.sendto(query[:2] + code + b"\0\1" + (b"\0\1" if answer else b"\0\0") + b"\0\0\0\0" + query[12:end + 4] + answer, address)
    print(name, kind, flush=True)
EOF
start dns python3 "$SERVICES/dns.py"
until_up dns "$LAST_PID" grep -q ready "$SERVICES/dns.log" || give_up dns
echo 'nameserver 127.0.0.53' >"$SERVICES/resolv.conf"

# What a container engine mounts over the image: processes and a resolver; and, for this proof, a bundle that also knows
# our CA.
mkdir -p "$root/proc" && mount -t proc proc "$root/proc"
touch "$root/etc/resolv.conf" && cp "$SERVICES/resolv.conf" "$root/etc/resolv.conf"
cp "$tls/bundle.crt" "$root/etc/ssl/certs/ca-certificates.crt"
export APP_ENV=production SECRET_KEY='for this proof only: 0123456789 abcdef' REPLICAS=2 ALLOWED_HOSTS=localhost
postgres_port=$(sed 's/.*:\([0-9]*\)\/.*/\1/' <<<"$TEST_DATABASE_URL")
export DATABASE_URL="postgres://postgres@db.internal:$postgres_port/separacao?sslmode=verify-full"
export REDIS_URL="rediss://bell.internal:$redis_port"
inside=(chroot --userspec=10001:10001 "$root" /separacao)

echo "== --help"
"${inside[@]}" --help | head -n 5

echo "== migrate, over DNS and verified TLS"
"${inside[@]}" migrate
grep -c internal "$SERVICES/dns.log" | sed 's/$/ questions to the name server/'

echo "== serve"
port=$(free_port)
PORT=$port start serve "${inside[@]}" serve
until_up serve "$LAST_PID" curl -fs -o /dev/null "http://localhost:$port/readyz" || give_up serve
for path in / /livez /readyz; do
  curl -fs -o /dev/null -w "$path %{http_code}\n" -H 'Host: localhost' "http://localhost:$port$path"
done
ps -o user:8,pid,rss,args -p "$LAST_PID"
[ "$(stat -c %u "/proc/$LAST_PID")" = 10001 ]
"$PGBIN/psql" -X -At "$TEST_DATABASE_URL" -c "select 'TLS to PostgreSQL: ' || bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where datname = 'separacao'"
kill -INT "$LAST_PID"
for _ in {1..100}; do kill -0 "$LAST_PID" 2>/dev/null || break; sleep 0.05; done
! kill -0 "$LAST_PID" 2>/dev/null || { echo "image: serve does not end" >&2; exit 1; }
echo "== proved: $image, $((bytes / 1000000)) MB"
