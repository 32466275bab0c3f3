-- How many lines of an order wait to be entered into the ERP: those that differ from the quote and were not entered as they are,
-- and those that were entered as fewer, and were sent whole once the order had come back. After a newer quote the ERP has
-- that one, so what was entered of another quantity says nothing.
create or replace function open_adjustments(company uuid, wanted uuid) returns bigint language sql stable as $$
  select count(*) from order_items i
  left join order_adjustments a
    on a.company_id = company and a.order_id = wanted and a.item_id = i.id and a.quantity = i.quantity
  where i.company_id = company and i.order_id = wanted
    and case when i.picked < i.quantity then
        (a.sent = i.picked and a.replacement is not distinct from i.replacement
          and a.replacement_quantity is not distinct from i.replacement_quantity) is not true
      else a.sent < i.picked end
$$;

insert into outcome_marks (company_id, order_id, mark, closed_at)
  select c.company_id, c.order_id, 'adjust', c.closed_at from order_outcomes c
  where c.state = 'finished'
    and exists (select from order_adjustments a where a.company_id = c.company_id and a.order_id = c.order_id)
    and open_adjustments(c.company_id, c.order_id) > 0
  on conflict do nothing;
