-- Until when orders of a shipping option leave the house: a minute of the day, where the company is.
alter table shipping_options add column due_minute smallint;
alter table shipping_options add constraint shipping_options_due_minute_range check (due_minute between 0 and 1439) not valid;

-- Until when this order is to leave; set by its shipping, or by a person.
alter table orders add column due_at timestamptz;

-- The same as before, and the deadline. A build that does not know it reads the columns by their names.
drop function lock_orders(uuid, uuid[]);
create function lock_orders(company uuid, wanted uuid[])
returns table (
  id uuid, state text, number text, seller_id uuid, seller_active boolean, imported_by uuid, urgent boolean,
  shipping_id uuid, packaging_id uuid, due_at timestamptz, version bigint, closed_at timestamptz, closed_by uuid,
  closed_by_name text
)
language plpgsql as $$
#variable_conflict use_column
begin
  perform from orders o where o.company_id = company and o.id = any(wanted) order by o.id for no key update;
  return query
    select o.id, o.state, o.number, o.seller_id,
      (select p.active from people p where p.company_id = company and p.id = o.seller_id),
      o.imported_by, o.urgent, o.shipping_id, o.packaging_id, o.due_at, o.version, o.closed_at, o.closed_by,
      (select p.name from people p where p.company_id = company and p.id = o.closed_by)
    from orders o where o.company_id = company and o.id = any(wanted) order by o.id;
end $$;

-- The order that a person picks next: the own one, then urgent ones, then what is to leave first, then the oldest.
create or replace function next_order(company uuid, person uuid, moment timestamptz, lapses timestamptz)
returns table (order_id uuid, given_up uuid, begun boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  candidate uuid;
  tried uuid[] := '{}';
  fits boolean;
  is_new boolean := false;
begin
  select o.id into candidate
    from order_claims c
    join orders o on o.company_id = company and o.id = c.order_id
    where c.company_id = company and c.person_id = person and c.ended_at is null and c.lapses_at > moment
      and o.state = 'open'
      and exists (select from order_items i where i.company_id = company and i.order_id = o.id and i.is_pickable)
    for no key update of o;
  while candidate is null loop
    select o.id into candidate
      from orders o
      where o.company_id = company and o.state = 'open' and o.id <> all(tried)
        and exists (select from order_items i where i.company_id = company and i.order_id = o.id and i.is_pickable)
        and not exists (
          select from order_claims c
          where c.company_id = company and c.order_id = o.id
            and case when c.person_id = person then c.skipped_until > moment else c.ended_at is null and c.lapses_at > moment end
        )
      order by o.urgent desc, o.due_at, o.imported_at, o.id
      limit 1 for no key update of o skip locked;
    if candidate is null then
      return;
    end if;
    -- Whoever had the lock until now may have claimed it, or picked the last of it, since that statement began to look.
    select exists (select from order_items i where i.company_id = company and i.order_id = candidate and i.is_pickable)
        and not exists (
          select from order_claims c
          where c.company_id = company and c.order_id = candidate and c.person_id <> person
            and c.ended_at is null and c.lapses_at > moment
        )
      into fits;
    is_new := true;
    if not fits then
      tried := tried || candidate;
      candidate := null;
    end if;
  end loop;
  return query select candidate, hold_order(company, candidate, person, moment, lapses, true), is_new;
end $$;
