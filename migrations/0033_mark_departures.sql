-- When a finished order left the house, and who said so. A mark, no state: reopening takes it away.
alter table orders add column left_at timestamptz, add column left_by uuid;
alter table orders add constraint orders_left_together check ((left_at is null) = (left_by is null)) not valid;
alter table orders add constraint orders_left_by_fkey foreign key (company_id, left_by) references people (company_id, id) not valid;

-- What of an order's differences from its quote was entered into the ERP, and how the line was then: a line that is
-- another one by now waits again.
create table order_adjustments (
  company_id uuid not null,
  order_id uuid not null,
  item_id uuid not null,
  quantity numeric(12, 3) not null,
  sent numeric(12, 3) not null,
  replacement text,
  replacement_quantity numeric(12, 3),
  done_at timestamptz not null,
  done_by uuid not null,
  constraint order_adjustments_pkey primary key (company_id, order_id, item_id),
  constraint order_adjustments_item_fkey foreign key (company_id, item_id) references order_items (company_id, id),
  constraint order_adjustments_person_fkey foreign key (company_id, done_by) references people (company_id, id),
  constraint order_adjustments_replacement_whole check ((replacement is null) = (replacement_quantity is null))
);
alter table order_adjustments enable row level security;
create policy order_adjustments_own on order_adjustments to separacao_app using (company_id = (select current_company()));
grant select, insert, update, delete on order_adjustments to separacao_app;

-- How many lines of an order differ from its quote and wait to be entered into the ERP.
create function open_adjustments(company uuid, wanted uuid) returns bigint language sql stable as $$
  select count(*) from order_items i
  where i.company_id = company and i.order_id = wanted and i.picked < i.quantity
    and not exists (
      select from order_adjustments a
      where a.company_id = company and a.order_id = wanted and a.item_id = i.id
        and a.quantity = i.quantity and a.sent = i.picked
        and a.replacement is not distinct from i.replacement
        and a.replacement_quantity is not distinct from i.replacement_quantity
    )
$$;

-- Writes what became of an order, as it stands now; of an open one nothing is left. Two marks are new: `here`, finished and
-- not gone; `adjust`, something waits to be entered into the ERP. Orders that were finished before have neither.
create or replace function write_outcome(company uuid, wanted uuid) returns void language plpgsql as $$
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
      union select 'here' where o.state = 'finished' and o.left_at is null
      union select 'adjust' where o.state = 'finished' and open_adjustments(company, wanted) > 0
    ) m
    where o.company_id = company and o.id = wanted and o.state <> 'open';
end $$;
