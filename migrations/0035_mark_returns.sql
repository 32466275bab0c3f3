-- The lists that a closed order is found in, as it stands now; of an open one none. One is new: `shelf`, canceled, and
-- something is in the box.
create function write_marks(company uuid, wanted uuid) returns void language plpgsql as $$
begin
  delete from outcome_marks m where m.company_id = company and m.order_id = wanted;
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
      union select 'shelf' from order_items i
        where i.company_id = company and i.order_id = wanted and i.is_touched and o.state = 'canceled'
      union select 'adjust' where o.state = 'finished' and open_adjustments(company, wanted) > 0
    ) m
    where o.company_id = company and o.id = wanted and o.state <> 'open';
end $$;

-- Writes what became of an order, as it stands now; of an open one nothing is left.
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
  perform write_marks(company, wanted);
end $$;

insert into outcome_marks (company_id, order_id, mark, closed_at)
  select c.company_id, c.order_id, 'shelf', c.closed_at from order_outcomes c
  where c.state = 'canceled' and exists (
    select from order_items i where i.company_id = c.company_id and i.order_id = c.order_id and i.is_touched)
  on conflict do nothing;
