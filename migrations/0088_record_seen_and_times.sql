-- "Vi": who saw which entry of an order's history, and when. A record, written once; whoever taps again saw it before.
create table seen_changes (
  company_id uuid not null,
  order_id uuid not null,
  version bigint not null,
  person_id uuid not null,
  at timestamptz not null,
  -- The tap may have waited for the network: see 0020.
  tapped_at timestamptz default nullif(current_setting('app.tapped_at', true), '')::timestamptz,
  device_key bytea default decode(nullif(current_setting('app.device_key', true), ''), 'hex'),
  constraint seen_changes_pkey primary key (company_id, order_id, version, person_id),
  constraint seen_changes_entry_fkey foreign key (company_id, order_id, version)
    references order_history (company_id, order_id, version),
  constraint seen_changes_person_fkey foreign key (company_id, person_id) references people (company_id, id)
);
alter table seen_changes enable row level security;
create policy seen_changes_own on seen_changes to separacao_app using (company_id = (select current_company()));
grant select, insert on seen_changes to separacao_app;

-- Who saw which entries of an order's history, the first one first. The time is that of the tap. Strict, so that it is evaluated
-- once and not for each entry.
create function seen_by(company uuid, wanted uuid) returns table (version bigint, seen jsonb)
language sql stable strict rows 20 as $$
  select c.version,
    jsonb_agg(
      jsonb_build_object('person_id', c.person_id, 'name', p.name, 'at', coalesce(c.tapped_at, c.at))
      order by coalesce(c.tapped_at, c.at), c.person_id
    )
  from seen_changes c join people_as_told(company) p on p.id = c.person_id
  where c.company_id = company and c.order_id = wanted
  group by c.version
$$;

-- How long orders waited for goods, by the wall.
alter table report_spans add column waited_wall bigint not null default 0;
-- Finished orders of which the picking time is known, and that time.
alter table report_spans add column timed_orders bigint not null default 0,
  add column picking_minutes bigint not null default 0,
  add column picking_wall bigint not null default 0;
