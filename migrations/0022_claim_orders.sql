-- Who is picking an order: softly, so that two do not begin the same one. A record: a claim that has ended stays. Whoever
-- passes an order over leaves a claim that ended as it began.
create table order_claims (
  company_id uuid not null,
  order_id uuid not null,
  person_id uuid not null,
  began_at timestamptz not null,
  -- The person's last command there, and when the claim ends unless another one comes.
  last_at timestamptz not null,
  lapses_at timestamptz not null,
  ended_at timestamptz,
  -- Until then the order is not offered to this person as the next one.
  skipped_until timestamptz,
  constraint order_claims_pkey primary key (company_id, order_id, person_id, began_at),
  constraint order_claims_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint order_claims_person_fkey foreign key (company_id, person_id) references people (company_id, id),
  constraint order_claims_times check (last_at >= began_at and lapses_at >= last_at and ended_at >= began_at)
);
-- A person holds one order at a time.
create unique index order_claims_standing_key on order_claims (company_id, person_id) where ended_at is null;

alter table order_claims enable row level security;
create policy order_claims_own on order_claims to separacao_app using (company_id = (select current_company()));
grant select, insert on order_claims to separacao_app;
grant update (last_at, lapses_at, ended_at, skipped_until) on order_claims to separacao_app;

-- Notes a command of a person on an order whose row is locked: the claim lasts on. With `begins` there is one afterwards,
-- and the order that the person held before is given up; it comes back, so that its screens can be told.
create function hold_order(
  company uuid, wanted uuid, person uuid, moment timestamptz, lapses timestamptz, begins boolean
)
returns uuid language plpgsql as $$
declare
  given_up uuid;
begin
  update order_claims set last_at = greatest(last_at, moment), lapses_at = greatest(lapses_at, lapses)
    where company_id = company and person_id = person and order_id = wanted and ended_at is null and lapses_at > moment;
  if found or not begins then
    return null;
  end if;
  update order_claims set ended_at = least(lapses_at, greatest(moment, began_at))
    where company_id = company and person_id = person and ended_at is null returning order_id into given_up;
  insert into order_claims (company_id, order_id, person_id, began_at, last_at, lapses_at)
    values (company, wanted, person, moment, moment, lapses) on conflict do nothing;
  return nullif(given_up, wanted);
end $$;

-- Chooses the order that a person picks next, and claims it: the own one, then urgent ones, then the oldest; none that has
-- nothing to pick, that somebody else holds, or that this person passed over. Rows that are locked are somebody's already.
create function next_order(company uuid, person uuid, moment timestamptz, lapses timestamptz)
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
      order by o.urgent desc, o.imported_at, o.id
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
