-- Where a company's roles may do more or less than the table in code says. What is not here is as the table says.
create table permission_grants (
  company_id uuid not null,
  permission text collate "C" not null,
  role text collate "C" not null,
  granted text collate "C" not null,
  constraint permission_grants_pkey primary key (company_id, permission, role),
  constraint permission_grants_company_fkey foreign key (company_id) references companies (id),
  constraint permission_grants_role_known check (role in ('seller', 'picker', 'buyer', 'admin')),
  constraint permission_grants_granted_known check (granted in ('no', 'finished', 'own', 'yes'))
);
alter table permission_grants enable row level security;
create policy permission_grants_own on permission_grants to separacao_app using (company_id = (select current_company()));
create policy permission_grants_gate on permission_grants for select to separacao_gate using (true);
grant select, insert, update, delete on permission_grants to separacao_app;
grant select on permission_grants to separacao_gate;

-- The person's choice; null: as the device is.
alter table people add column theme text;
grant select (theme) on people to separacao_gate;

-- What every page of a company needs to know besides its row. A later build adds to it.
create function company_settings(company uuid) returns jsonb language sql stable as $$ select '{}'::jsonb $$;

-- `granted` holds "permission role grant". Whoever asked by the names of before still does.
drop function find_session(bytea, timestamptz);
create function find_session(wanted bytea, moment timestamptz)
returns table (
  id uuid, company_id uuid, person_id uuid, created_at timestamptz, last_seen_at timestamptz, proven_at timestamptz,
  touched_at timestamptz, renew boolean, shared boolean, number text, person_name text, roles text[], language text,
  pin_must_change boolean, code text, company_name text, time_zone text, workday_starts_minute smallint,
  workday_ends_minute smallint, login_digits smallint, pin_digits smallint, shared_idle_minutes smallint,
  epoch text, head bigint, tag bigint, theme text, granted text[], settings jsonb
)
language plpgsql stable set role = 'separacao_gate' set lock_timeout = '2s' as $$
#variable_conflict use_column
begin
  return query
    select s.id, s.company_id, s.person_id, s.created_at, s.last_seen_at, s.proven_at,
      coalesce(s.touched_at, s.proven_at), s.renew,
      exists (select from shared_devices d where d.company_id = s.company_id and d.device_key = s.device_key),
      p.number, p.name, p.roles, p.language, p.pin_must_change, c.code, c.name, c.time_zone,
      c.workday_starts_minute, c.workday_ends_minute, c.login_digits, c.pin_digits, c.shared_idle_minutes,
      feed_epoch(h.epoch), h.head, h.tag, p.theme,
      array(select g.permission || ' ' || g.role || ' ' || g.granted from permission_grants g
        where g.company_id = s.company_id),
      company_settings(s.company_id)
    from sessions s
    join people p on p.company_id = s.company_id and p.id = s.person_id
    join companies c on c.id = s.company_id
    join feed_heads h on h.company_id = s.company_id
    where (s.key = wanted or (s.old_key = wanted and s.old_key_until > moment)) and p.active and c.closed_at is null;
end $$;
revoke execute on function find_session from public;
grant execute on function find_session to separacao_gate;
