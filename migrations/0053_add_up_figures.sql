-- Figures of past days, thirds of months and months, added up: a period is read from these, and from entries only where
-- there are none yet. Each has the registry's row and its parts.
create table report_spans (
  company_id uuid not null,
  -- Local midnights: where it begins, and where what comes after it begins.
  begins timestamptz not null,
  ends timestamptz not null,
  -- By which zone, working hours and figures it was made. Made by others, it is not read any more.
  rules text collate "C" not null,
  made_at timestamptz not null,
  -- Orders of which something was picked; each once a day.
  picked_orders bigint not null,
  -- Orders that were imported.
  created bigint not null,
  -- Orders that were finished, their lines, those of them that were sent whole; their times added up, in minutes.
  finished bigint not null,
  lines bigint not null,
  whole bigint not null,
  order_minutes bigint not null,
  order_wall bigint not null,
  outside bigint not null,
  -- Those that waited for goods.
  waited bigint not null,
  waited_minutes bigint not null,
  -- Those that had a deadline, and those of them that kept it.
  due bigint not null,
  on_time bigint not null,
  constraint report_spans_pkey primary key (company_id, begins, ends),
  constraint report_spans_company_fkey foreign key (company_id) references companies (id),
  constraint report_spans_order check (begins < ends)
);

-- What each person did.
create table report_people (
  company_id uuid not null,
  begins timestamptz not null,
  ends timestamptz not null,
  person_id uuid not null,
  lines bigint not null,
  units numeric(18, 3) not null,
  orders bigint not null,
  picks bigint not null,
  undone bigint not null,
  active_seconds bigint not null,
  constraint report_people_pkey primary key (company_id, begins, ends, person_id),
  constraint report_people_span_fkey foreign key (company_id, begins, ends) references report_spans (company_id, begins, ends) on delete cascade
);

-- What happened to each product. There are many of these rows, and sums of integers are the quick ones.
create table report_products (
  company_id uuid not null,
  begins timestamptz not null,
  ends timestamptz not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  description text collate "C" not null,
  -- Of a unit.
  picked_thousandths bigint not null,
  -- Lines to which it happened, each once a day.
  picked_lines integer not null,
  requested integer not null,
  substituted integer not null,
  short integer not null,
  -- How often it stood in for another.
  stood_in integer not null,
  -- Lines of finished orders, and how long they took.
  settled integer not null,
  settled_minutes bigint not null,
  constraint report_products_pkey primary key (company_id, begins, ends, code, unit),
  constraint report_products_span_fkey foreign key (company_id, begins, ends) references report_spans (company_id, begins, ends) on delete cascade
);

-- How many picks there were: by weekday (Monday is 0) and hour.
create table report_hours (
  company_id uuid not null,
  begins timestamptz not null,
  ends timestamptz not null,
  weekday smallint not null,
  hour smallint not null,
  picks bigint not null,
  constraint report_hours_pkey primary key (company_id, begins, ends, weekday, hour),
  constraint report_hours_span_fkey foreign key (company_id, begins, ends) references report_spans (company_id, begins, ends) on delete cascade
);

-- When something was that counts otherwise since: a span that holds such a moment is not read, and made again.
create table report_changes (
  company_id uuid not null,
  id bigint generated always as identity,
  at timestamptz not null,
  constraint report_changes_pkey primary key (company_id, id)
);
create index report_changes_at_idx on report_changes (company_id, at);

do $$
declare owned text;
begin
  foreach owned in array array['report_spans', 'report_people', 'report_products', 'report_hours', 'report_changes'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I to separacao_app using (company_id = (select current_company()))', owned || '_own', owned);
    execute format('grant select, insert, delete on %I to separacao_app', owned);
  end loop;
end $$;

-- An entry that is taken back counts no more. Whoever undoes waits for nobody: it is a row, and spans are deleted later.
create function note_undone() returns trigger language plpgsql as $$
begin
  insert into report_changes (company_id, at) values (new.company_id, new.at);
  return null;
end $$;
create trigger order_history_undone after update of undone_by on order_history for each row
  when (old.undone_by is distinct from new.undone_by) execute function note_undone();

-- So does an order that is brought back, and one whose outcome is written again.
create function note_outcome() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into report_changes (company_id, at) values (old.company_id, old.closed_at);
  else
    insert into report_changes (company_id, at) values (new.company_id, new.closed_at);
  end if;
  return null;
end $$;
create trigger order_outcomes_changed after insert or delete on order_outcomes for each row execute function note_outcome();
