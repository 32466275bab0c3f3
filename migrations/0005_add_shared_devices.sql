-- A device that changes hands, and sessions that can be given a new key while requests are under way.

alter table sessions
  -- SHA-256 of the device cookie's secret; null: begun by an older build, or by the set-up page.
  add column device_key bytea,
  -- The last touch of a person; null: as old as the PIN's last proof.
  add column touched_at timestamptz,
  -- The person's roles have changed: the next page brings a new key.
  add column renew boolean not null default false,
  -- The key before this one, for requests that were under way when it changed.
  add column old_key bytea,
  add column old_key_until timestamptz;
create unique index sessions_old_key_idx on sessions (old_key) where old_key is not null;
create index known_devices_device_idx on known_devices (company_id, device_key, last_used_at);

alter table companies
  -- Minutes without a touch after which a shared device asks for the PIN again.
  add column shared_idle_minutes smallint not null default 5,
  add constraint companies_shared_idle_minutes_range check (shared_idle_minutes between 1 and 60);

-- Devices that several people of the company use.
create table shared_devices (
  company_id uuid not null,
  device_key bytea not null,
  since timestamptz not null,
  set_by uuid not null,
  constraint shared_devices_pkey primary key (company_id, device_key),
  constraint shared_devices_set_by_fkey foreign key (company_id, set_by) references people (company_id, id)
);

-- Failures before any company is known, by address: codes of companies that do not exist, wrong set-up tokens.
create table door_failures (
  id uuid not null,
  door text not null,
  address text not null,
  at timestamptz not null,
  constraint door_failures_pkey primary key (id),
  constraint door_failures_door_known check (door in ('company', 'set_up'))
);
create index door_failures_address_idx on door_failures (door, address, at);
create index door_failures_at_idx on door_failures (at);

alter table shared_devices enable row level security;
alter table door_failures enable row level security;

create policy shared_devices_own on shared_devices to separacao_app using (company_id = (select current_company()));
create policy shared_devices_gate on shared_devices for select to separacao_gate using (true);
create policy door_failures_gate on door_failures to separacao_gate using (true);

grant select, insert, delete on shared_devices to separacao_app;
grant update (renew, device_key, touched_at) on sessions to separacao_app;
grant select on shared_devices to separacao_gate;
grant select, insert, delete on door_failures to separacao_gate;
