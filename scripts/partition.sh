#!/usr/bin/env bash
# Tries whether the schema could be spread by company: every table of a company under hash partitions of company_id, with
# all its keys. Prints what takes it and what does not (docs/operations.md, "How far it goes"). It needs python3. Nothing is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/install.sh runtime
# shellcheck source=scripts/services.sh
source scripts/services.sh
start_postgres fast
export PGOPTIONS='-c client_min_messages=warning'
"$PGBIN/psql" -X -q "$TEST_DATABASE_URL" -c 'create database partitioned'
apply_migrations
"$PGBIN/pg_dump" --schema-only --no-owner "$TEST_DATABASE_URL" >"$SERVICES/schema.sql"

python3 - "$SERVICES/schema.sql" >"$SERVICES/partitioned.sql" <<'EOF_PYTHON'
import re, sys

def partitioned(found):
    create, name, body = found.groups()
    if not re.search(r"^\s+company_id uuid", body, re.M):
        return found.group(0)
    parts = "".join(
        f"\nCREATE TABLE {name}_p{n} PARTITION OF {name} FOR VALUES WITH (MODULUS 4, REMAINDER {n});" for n in range(4))
    return f"{create.replace('UNLOGGED ', '')}{name} ({body}\n) PARTITION BY HASH (company_id);{parts}"

schema = open(sys.argv[1]).read().replace("ALTER TABLE ONLY ", "ALTER TABLE ")
table = r"^(CREATE (?:UNLOGGED )?TABLE )(public\.\w+) \((.*?)\n\)(?:\nWITH \([^)]*\))?;"
print(re.sub(table, partitioned, schema, flags=re.M | re.S))
EOF_PYTHON

there=${TEST_DATABASE_URL/\/postgres\?//partitioned?}
"$PGBIN/psql" -X -q "$there" -f "$SERVICES/partitioned.sql" 2>"$SERVICES/refused" >/dev/null
echo 'takes it:'
"$PGBIN/psql" -X -At -F ' ' "$there" -c "
  select count(*), 'tables' from pg_class where relkind = 'p'
  union all
  select count(*), case contype when 'p' then 'primary keys' when 'f' then 'foreign keys' when 'u' then 'unique constraints' else 'checks' end
  from pg_constraint join pg_class on pg_class.oid = conrelid where relkind = 'p' and conparentid = 0 group by contype"
echo 'refuses:'
grep -E 'DETAIL' "$SERVICES/refused" | sort -u || echo nothing
