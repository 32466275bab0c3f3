-- The two roles every statement runs as. Roles are shared by all databases of a cluster, so another
-- database may have made them already, even at this very moment.
do $$
declare wanted text;
begin
  foreach wanted in array array['separacao_app', 'separacao_gate'] loop
    begin
      execute format('create role %I nologin nosuperuser nobypassrls', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
    begin
      execute format('grant %I to current_user', wanted);
    exception when unique_violation then null;
    end;
  end loop;
end $$;

-- The company a transaction belongs to; null outside one, so that no row matches.
create function current_company() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.company_id', true), '')::uuid $$;

create table companies (
  id uuid not null,
  code text collate "C" not null,
  name text not null,
  time_zone text not null,
  -- Rules of sign-in: digits of a login number, digits of a PIN.
  login_digits smallint not null default 4,
  pin_digits smallint not null default 6,
  -- The customer code that stands for "whoever comes to the counter".
  counter_customer_code text not null default '000001',
  -- Minutes of local days, Monday to Friday; working time is counted inside them.
  workday_starts_minute smallint not null default 450,
  workday_ends_minute smallint not null default 1020,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint companies_pkey primary key (id),
  constraint companies_code_key unique (code),
  constraint companies_code_shape check (code ~ '^[a-z0-9][a-z0-9-]{1,29}$'),
  constraint companies_name_shape check (length(name) between 1 and 120),
  constraint companies_login_digits_range check (login_digits between 2 and 6),
  constraint companies_pin_digits_range check (pin_digits between 4 and 10),
  constraint companies_workday_order check (workday_starts_minute between 0 and 1440
    and workday_ends_minute between workday_starts_minute and 1440)
);

create table people (
  company_id uuid not null,
  id uuid not null,
  number text collate "C" not null,
  name text not null,
  -- Without case, accents and spaces: what a seller's name on a quote is matched with.
  name_folded text collate "C" not null,
  roles text[] not null,
  language text,
  pin_hash text not null,
  pin_must_change boolean not null default true,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid,
  constraint people_pkey primary key (company_id, id),
  constraint people_company_fkey foreign key (company_id) references companies (id),
  constraint people_number_key unique (company_id, number),
  constraint people_number_shape check (number ~ '^[0-9]{2,6}$'),
  constraint people_name_shape check (length(name) between 1 and 80),
  constraint people_roles_known check (roles <@ array['seller', 'picker', 'buyer', 'admin'] and cardinality(roles) > 0),
  constraint people_language_known check (language in ('pt-BR', 'en'))
);
create index people_name_folded_idx on people (company_id, name_folded);

-- Server-side sessions. The key is SHA-256 of the cookie's id: a copy of this table signs nobody in.
-- Found by key before the company is known, hence the one primary key that company_id does not lead.
create table sessions (
  key bytea not null,
  -- What sockets hold on to: it stays when the same person proves the PIN again and gets a new key.
  id uuid not null,
  company_id uuid not null,
  person_id uuid not null,
  data jsonb not null default '{}',
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- When the PIN was last proven in this session: step-up actions look at it.
  proven_at timestamptz not null,
  constraint sessions_pkey primary key (key),
  constraint sessions_id_key unique (id),
  constraint sessions_person_fkey foreign key (company_id, person_id) references people (company_id, id)
);
create index sessions_person_idx on sessions (company_id, person_id);
create index sessions_created_idx on sessions (created_at);

-- Browsers on which a person has signed in before: a stranger's failures do not lock them out.
create table known_devices (
  company_id uuid not null,
  person_id uuid not null,
  device_key bytea not null,
  last_used_at timestamptz not null,
  constraint known_devices_pkey primary key (company_id, person_id, device_key),
  constraint known_devices_person_fkey foreign key (company_id, person_id) references people (company_id, id)
);

-- Failed sign-ins, counted by account, by address and over the whole company. A row is written before the PIN
-- is looked at and leaves when the PIN was right, so that guesses sent side by side count as well.
create table sign_in_failures (
  company_id uuid not null,
  id uuid not null,
  number text collate "C" not null,
  address text not null,
  known_device boolean not null,
  at timestamptz not null,
  constraint sign_in_failures_pkey primary key (company_id, id),
  constraint sign_in_failures_company_fkey foreign key (company_id) references companies (id)
);
create index sign_in_failures_at_idx on sign_in_failures (company_id, at);

-- What an auditor asks for: sign-ins, refusals, changes of access.
create table security_events (
  company_id uuid not null,
  id uuid not null,
  kind text not null,
  person_id uuid,
  actor_id uuid,
  address text,
  request_id text,
  detail jsonb not null default '{}',
  at timestamptz not null default now(),
  constraint security_events_pkey primary key (company_id, id),
  constraint security_events_company_fkey foreign key (company_id) references companies (id)
);
create index security_events_at_idx on security_events (company_id, at desc);

alter table companies enable row level security;
alter table people enable row level security;
alter table sessions enable row level security;
alter table known_devices enable row level security;
alter table sign_in_failures enable row level security;
alter table security_events enable row level security;

create policy companies_own on companies to separacao_app using (id = (select current_company()));
create policy people_own on people to separacao_app using (company_id = (select current_company()));
create policy sessions_own on sessions to separacao_app using (company_id = (select current_company()));
create policy known_devices_own on known_devices to separacao_app using (company_id = (select current_company()));
create policy security_events_own on security_events to separacao_app using (company_id = (select current_company()));

-- The gate knows no company yet: it sees what signing in needs, and nothing else.
create policy companies_gate on companies to separacao_gate using (true);
create policy people_gate on people to separacao_gate using (true);
create policy sessions_gate on sessions to separacao_gate using (true);
create policy known_devices_gate on known_devices to separacao_gate using (true);
create policy sign_in_failures_gate on sign_in_failures to separacao_gate using (true);
create policy security_events_gate on security_events for insert to separacao_gate with check (true);

grant select, update on companies to separacao_app;
grant select, insert, update on people to separacao_app;
grant select, delete on sessions to separacao_app;
grant select, insert, delete on known_devices to separacao_app;
grant select, insert on security_events to separacao_app;

grant select on companies to separacao_gate;
grant select (company_id, id, number, name, roles, language, pin_hash, pin_must_change, active) on people to separacao_gate;
grant update (pin_hash, pin_must_change) on people to separacao_gate;
grant select, insert, update, delete on sessions to separacao_gate;
grant select, insert, update, delete on known_devices to separacao_gate;
grant select, insert, delete on sign_in_failures to separacao_gate;
grant insert on security_events to separacao_gate;
grant select on _sqlx_migrations to separacao_gate;
