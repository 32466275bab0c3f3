-- Screens on walls: devices of a company that see its board and nothing else. Nobody signs in on one.
create table walls (
  company_id uuid not null,
  id uuid not null,
  name text not null,
  -- SHA-256 of the secret in the wall's cookie.
  key bytea not null,
  paired_by uuid not null,
  paired_at timestamptz not null,
  last_seen_at timestamptz not null,
  revoked_by uuid,
  revoked_at timestamptz,
  constraint walls_pkey primary key (company_id, id),
  constraint walls_company_fkey foreign key (company_id) references companies (id),
  constraint walls_key_key unique (key),
  constraint walls_name_length check (char_length(name) between 1 and 40)
);
-- Two screens that nobody can tell apart would be a trap for whoever revokes one.
create unique index walls_name_key on walls (company_id, lower(name)) where revoked_at is null;

-- What screens show that are not paired yet: of no company.
create table wall_codes (
  key bytea not null,
  code text not null,
  address text not null,
  expires_at timestamptz not null,
  -- Taken: the wall that its screen became.
  wall_id uuid,
  company_id uuid,
  constraint wall_codes_pkey primary key (key),
  constraint wall_codes_code_key unique (code)
);
create index wall_codes_address_idx on wall_codes (address);

-- Wrong codes that administrators typed.
create table wall_code_failures (
  company_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  at timestamptz not null,
  constraint wall_code_failures_pkey primary key (company_id, id),
  constraint wall_code_failures_company_fkey foreign key (company_id) references companies (id)
);

alter table walls enable row level security;
alter table wall_codes enable row level security;
alter table wall_code_failures enable row level security;

create policy walls_own on walls to separacao_app using (company_id = (select current_company()));
create policy walls_gate on walls to separacao_gate using (true);
create policy wall_codes_gate on wall_codes to separacao_gate using (true);
create policy wall_code_failures_gate on wall_code_failures to separacao_gate using (true);

grant select, insert on walls to separacao_app;
grant update (name, revoked_by, revoked_at) on walls to separacao_app;
grant select on walls to separacao_gate;
grant update (last_seen_at) on walls to separacao_gate;
grant select, insert, update, delete on wall_codes to separacao_gate;
grant select, insert, delete on wall_code_failures to separacao_gate;

-- Whose wall a key is, and how far the company's feed is: what `find_session` is for people.
create function find_wall(wanted bytea)
returns table (
  id uuid, company_id uuid, wall_name text, last_seen_at timestamptz, code text, company_name text, time_zone text,
  workday_starts_minute smallint, workday_ends_minute smallint, login_digits smallint, pin_digits smallint,
  shared_idle_minutes smallint, epoch text, head bigint, tag bigint
)
language plpgsql stable set role = 'separacao_gate' set lock_timeout = '2s' as $$
#variable_conflict use_column
begin
  return query
    select w.id, w.company_id, w.name, w.last_seen_at, c.code, c.name, c.time_zone, c.workday_starts_minute,
      c.workday_ends_minute, c.login_digits, c.pin_digits, c.shared_idle_minutes, feed_epoch(h.epoch), h.head, h.tag
    from walls w
    join companies c on c.id = w.company_id
    join feed_heads h on h.company_id = w.company_id
    where w.key = wanted and w.revoked_at is null and c.closed_at is null;
end $$;
revoke execute on function find_wall from public;
grant execute on function find_wall to separacao_gate;

-- A company takes a code, once, and gets the key of its screen. The company sees no other code.
create function take_wall_code(company uuid, wanted text, wall uuid, moment timestamptz)
returns bytea
language sql set role = 'separacao_gate' set lock_timeout = '2s' as $$
  update wall_codes set wall_id = wall, company_id = company
  where code = wanted and expires_at > moment and wall_id is null returning key
$$;
revoke execute on function take_wall_code from public;
grant execute on function take_wall_code to separacao_app;
