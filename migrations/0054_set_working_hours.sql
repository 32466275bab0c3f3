-- From when until when people work, on each day of the week, from a day on. Before the oldest of these it is the company's
-- row that says so, from Monday to Friday.
create table work_hours (
  company_id uuid not null,
  valid_from date not null,
  -- Minutes of the day, Monday first; where both are the same nobody works.
  starts smallint[] not null,
  ends smallint[] not null,
  -- Not worked on any of them.
  lunch_starts smallint,
  lunch_ends smallint,
  constraint work_hours_pkey primary key (company_id, valid_from),
  constraint work_hours_company_fkey foreign key (company_id) references companies (id),
  constraint work_hours_days check (cardinality(starts) = 7 and cardinality(ends) = 7),
  constraint work_hours_range check (0 <= all (starts) and 1440 >= all (ends)),
  constraint work_hours_lunch check ((lunch_starts is null) = (lunch_ends is null) and lunch_starts < lunch_ends)
);

-- Days on which nobody works.
create table holidays (
  company_id uuid not null,
  day date not null,
  name text not null,
  constraint holidays_pkey primary key (company_id, day),
  constraint holidays_company_fkey foreign key (company_id) references companies (id),
  constraint holidays_name_length check (char_length(name) between 1 and 40)
);

do $$
declare owned text;
begin
  foreach owned in array array['work_hours', 'holidays'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I to separacao_app using (company_id = (select current_company()))', owned || '_own', owned);
    execute format('create policy %I on %I for select to separacao_gate using (true)', owned || '_gate', owned);
    execute format('grant select, insert, update, delete on %I to separacao_app', owned);
    execute format('grant select on %I to separacao_gate', owned);
  end loop;
end $$;

-- {"hours": [{"from": "2026-12-01", "days": [[450, 1020], …], "lunch": [720, 780]}], "holidays": ["2026-12-25"]}
create or replace function company_settings(company uuid) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'hours', (select jsonb_agg(jsonb_build_object(
        'from', w.valid_from,
        'days', (select jsonb_agg(jsonb_build_array(u.starts, u.ends) order by u.place)
          from unnest(w.starts, w.ends) with ordinality u (starts, ends, place)),
        'lunch', case when w.lunch_starts is not null then jsonb_build_array(w.lunch_starts, w.lunch_ends) end
      ) order by w.valid_from) from work_hours w where w.company_id = company),
    'holidays', (select jsonb_agg(h.day order by h.day) from holidays h where h.company_id = company)))
$$;

-- The same as before, and what the company has set. Whoever asked by the names of before still does.
drop function find_wall(bytea);
create function find_wall(wanted bytea)
returns table (
  id uuid, company_id uuid, wall_name text, last_seen_at timestamptz, code text, company_name text, time_zone text,
  workday_starts_minute smallint, workday_ends_minute smallint, login_digits smallint, pin_digits smallint,
  shared_idle_minutes smallint, epoch text, head bigint, tag bigint, settings jsonb
)
language plpgsql stable set role = 'separacao_gate' set lock_timeout = '2s' as $$
#variable_conflict use_column
begin
  return query
    select w.id, w.company_id, w.name, w.last_seen_at, c.code, c.name, c.time_zone, c.workday_starts_minute,
      c.workday_ends_minute, c.login_digits, c.pin_digits, c.shared_idle_minutes, feed_epoch(h.epoch), h.head, h.tag,
      company_settings(w.company_id)
    from walls w
    join companies c on c.id = w.company_id
    join feed_heads h on h.company_id = w.company_id
    where w.key = wanted and w.revoked_at is null and c.closed_at is null;
end $$;
revoke execute on function find_wall from public;
grant execute on function find_wall to separacao_gate;
