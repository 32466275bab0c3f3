-- The feed: dense numbers in commit order, because the head row is locked last and until the commit.
create table feed_heads (
  company_id uuid not null,
  head bigint not null default 0,
  tag bigint not null,
  epoch uuid not null default gen_random_uuid(),
  constraint feed_heads_pkey primary key (company_id),
  constraint feed_heads_company_fkey foreign key (company_id) references companies (id)
) with (fillfactor = 50);

create table feed_events (
  company_id uuid not null,
  n bigint not null,
  tag bigint not null,
  kind text collate "C" not null,
  order_id uuid,
  item_id uuid,
  payload jsonb not null default '{}',
  actor_id uuid,
  at timestamptz not null default now(),
  constraint feed_events_pkey primary key (company_id, n),
  constraint feed_events_company_fkey foreign key (company_id) references companies (id)
);
create index feed_events_at_idx on feed_events (company_id, at);

-- A command acts once for each operation id of a person; only accepted outcomes are kept.
create table operations (
  company_id uuid not null,
  person_id uuid not null,
  operation_id uuid not null,
  fingerprint bytea not null,
  -- {n, kind} of the accepted command; null only inside the transaction that decides it.
  outcome jsonb,
  at timestamptz not null default now(),
  constraint operations_pkey primary key (company_id, person_id, operation_id),
  constraint operations_person_fkey foreign key (company_id, person_id) references people (company_id, id)
);
create index operations_at_idx on operations (company_id, at);

-- Who has which order open right now. Lost in a crash, and nobody minds: leases last seconds.
create unlogged table presence_leases (
  company_id uuid not null,
  order_id uuid not null,
  person_id uuid not null,
  expires_at timestamptz not null,
  constraint presence_leases_pkey primary key (company_id, order_id, person_id)
);

alter table feed_heads enable row level security;
alter table feed_events enable row level security;
alter table operations enable row level security;
alter table presence_leases enable row level security;

create policy feed_heads_own on feed_heads to separacao_app using (company_id = (select current_company()));
create policy feed_events_own on feed_events to separacao_app using (company_id = (select current_company()));
create policy operations_own on operations to separacao_app using (company_id = (select current_company()));
create policy presence_leases_own on presence_leases to separacao_app using (company_id = (select current_company()));
create policy feed_heads_gate on feed_heads to separacao_gate using (true);

grant select, update on feed_heads to separacao_app;
grant select, insert, delete on feed_events to separacao_app;
grant select, insert, update, delete on operations to separacao_app;
grant select, insert, update, delete on presence_leases to separacao_app;
grant select on feed_heads to separacao_gate;
