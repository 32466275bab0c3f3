-- The lists that a closed order is found in, as before, but two: who answers a shortage with "buy" asks for a purchase, whatever
-- is ordered then; and what is in the box of a canceled order in place of its own goods goes back to the shelf, too.
create or replace function write_marks(company uuid, wanted uuid) returns void language plpgsql as $$
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
          and (h.kind in ('item_requested', 'item_ordered') or h.kind = 'shortage_answered' and h.detail #>> '{told,answer}' = 'buy')
      union select 'here' where o.state = 'finished' and o.left_at is null
      union select 'shelf' from order_items i
        where i.company_id = company and i.order_id = wanted and (i.is_touched or i.is_substituted) and o.state = 'canceled'
      union select 'adjust' where o.state = 'finished' and open_adjustments(company, wanted) > 0
    ) m
    where o.company_id = company and o.id = wanted and o.state <> 'open';
end $$;

insert into outcome_marks (company_id, order_id, mark, closed_at)
  select distinct c.company_id, c.order_id, 'purchase', c.closed_at
  from order_history h join order_outcomes c on c.company_id = h.company_id and c.order_id = h.order_id
  where h.kind = 'shortage_answered' and h.undone_by is null and h.detail #>> '{told,answer}' = 'buy'
  on conflict do nothing;

insert into outcome_marks (company_id, order_id, mark, closed_at)
  select c.company_id, c.order_id, 'shelf', c.closed_at from order_outcomes c
  where c.state = 'canceled' and exists (
    select from order_items i where i.company_id = c.company_id and i.order_id = c.order_id and i.is_substituted)
  on conflict do nothing;
