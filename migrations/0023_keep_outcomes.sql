-- What became of an order that is finished or canceled: the figures that reports add up, and the marks that it is found by.
-- Both go when it is reopened.
create table order_outcomes (
  company_id uuid not null,
  order_id uuid not null,
  state text collate "C" not null,
  imported_at timestamptz not null,
  closed_at timestamptz not null,
  -- Lines of the quote; those of them that were sent whole; those of which something is missing.
  lines integer not null,
  whole integer not null,
  short integer not null,
  -- It lay closed before, and was brought back: that time is not order time.
  reopened boolean not null,
  constraint order_outcomes_pkey primary key (company_id, order_id),
  constraint order_outcomes_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint order_outcomes_state_known check (state in ('finished', 'canceled'))
);
create index order_outcomes_closed_idx on order_outcomes (company_id, state, closed_at, order_id);

-- Lists of orders by when they were closed, one for each mark: `any`, a state, `seller:…`, `picker:…`, `customer:…`, `short`,
-- `substitution`, `purchase`. A page of any of them is a range of the index, however deep it lies.
create table outcome_marks (
  company_id uuid not null,
  order_id uuid not null,
  mark text collate "C" not null,
  closed_at timestamptz not null,
  constraint outcome_marks_pkey primary key (company_id, order_id, mark),
  constraint outcome_marks_order_fkey foreign key (company_id, order_id) references order_outcomes (company_id, order_id) on delete cascade
);
create index outcome_marks_closed_idx on outcome_marks (company_id, mark, closed_at, order_id);

alter table order_outcomes enable row level security;
alter table outcome_marks enable row level security;
create policy order_outcomes_own on order_outcomes to separacao_app using (company_id = (select current_company()));
create policy outcome_marks_own on outcome_marks to separacao_app using (company_id = (select current_company()));
grant select, insert, delete on order_outcomes, outcome_marks to separacao_app;

-- Writes what became of an order, as it stands now; of an open one nothing is left.
create function write_outcome(company uuid, wanted uuid) returns void language plpgsql as $$
begin
  delete from outcome_marks m where m.company_id = company and m.order_id = wanted;
  delete from order_outcomes c where c.company_id = company and c.order_id = wanted;
  insert into order_outcomes (company_id, order_id, state, imported_at, closed_at, lines, whole, short, reopened)
    select o.company_id, o.id, o.state, o.imported_at, o.closed_at, i.lines, i.whole, i.short,
      exists (select from order_history h where h.company_id = company and h.order_id = wanted and h.kind = 'order_reopened')
    from orders o, (
      select count(*) filter (where i.quantity > 0) as lines,
        count(*) filter (where i.quantity > 0 and i.picked = i.quantity) as whole,
        count(*) filter (where i.is_short) as short
      from order_items i where i.company_id = company and i.order_id = wanted
    ) i
    where o.company_id = company and o.id = wanted and o.state <> 'open';
  insert into outcome_marks (company_id, order_id, mark, closed_at)
    select o.company_id, o.id, m.mark, o.closed_at
    from orders o, lateral (
      select unnest(array['any', o.state, 'seller:' || o.seller_id, 'customer:' || o.customer_code]) as mark
      union select 'picker:' || k.person_id from item_picks k where k.company_id = company and k.order_id = wanted
      union select 'short' from order_items i where i.company_id = company and i.order_id = wanted and i.is_short
      union select 'substitution' from order_items i where i.company_id = company and i.order_id = wanted and i.is_substituted
      union select 'purchase' from order_history h
        where h.company_id = company and h.order_id = wanted and h.undone_by is null
          and h.kind in ('item_requested', 'item_ordered')
    ) m
    where o.company_id = company and o.id = wanted and o.state <> 'open';
end $$;

select write_outcome(company_id, id) from orders where state <> 'open';
