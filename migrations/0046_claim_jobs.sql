-- What happens by the clock. Each job is due once, however many replicas there are: whoever takes its row first does it.
-- A claim is a lease, renewed while the job goes on: one whose runner died is taken over when it lapses. Rows are nobody's
-- company: a job walks over all of them.
create table jobs (
  name text collate "C" not null,
  due_at timestamptz not null default now(),
  runner text,
  claimed_until timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  succeeded_at timestamptz,
  -- Runs that came to an end, and how many of the last failed in a row.
  runs bigint not null default 0,
  failures integer not null default 0,
  error text,
  constraint jobs_pkey primary key (name)
);
alter table jobs enable row level security;
create policy jobs_gate on jobs to separacao_gate using (true) with check (true);
grant select, insert, update on jobs to separacao_gate;

-- What says only that somebody passed an order over is cleared away when it no longer counts.
grant delete on order_claims to separacao_app;
