-- The opening of a command: who taps, whether for the first time, and the orders it locks. Functions, because they travel
-- as text in the message that opens the transaction, and their statements are planned once per connection.

-- Claims an operation id, and says who claims it: the roles as of now, null where the session has ended or the person may
-- not come in any more. How old the session is was judged when the request came. An earlier try of the same tap is
-- waited for; what it stored comes back.
create function claim_operation(
  company uuid, person uuid, operation uuid, sent bytea, session uuid, moment timestamptz
)
returns table (is_first boolean, roles text[], fingerprint bytea, outcome jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
  claimed boolean;
begin
  insert into operations (company_id, person_id, operation_id, fingerprint, at)
    values (company, person, operation, sent, moment) on conflict do nothing;
  claimed := found;
  return query
    select claimed,
      (select p.roles from people p
       join companies c on c.id = p.company_id
       where p.company_id = company and p.id = person and p.active and c.closed_at is null
         and (session is null or exists (
           select from sessions s where s.company_id = company and s.person_id = person and s.id = session))),
      o.fingerprint, o.outcome
    from operations o where o.company_id = company and o.person_id = person and o.operation_id = operation;
end $$;

-- Locks orders, in the order of their ids: two commands that meet never wait for each other. They are read by a statement
-- of its own: one that waited for the lock would read the rest as it was before.
create function lock_orders(company uuid, wanted uuid[])
returns table (
  id uuid, state text, number text, seller_id uuid, seller_active boolean, imported_by uuid, urgent boolean,
  shipping_id uuid, packaging_id uuid, version bigint, closed_at timestamptz, closed_by uuid, closed_by_name text
)
language plpgsql as $$
#variable_conflict use_column
begin
  perform from orders o where o.company_id = company and o.id = any(wanted) order by o.id for no key update;
  return query
    select o.id, o.state, o.number, o.seller_id,
      (select p.active from people p where p.company_id = company and p.id = o.seller_id),
      o.imported_by, o.urgent, o.shipping_id, o.packaging_id, o.version, o.closed_at, o.closed_by,
      (select p.name from people p where p.company_id = company and p.id = o.closed_by)
    from orders o where o.company_id = company and o.id = any(wanted) order by o.id;
end $$;
