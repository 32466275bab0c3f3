-- Four hundred days of a large company: a row of `seed` says whose (company), how many orders (orders), of whom (people,
-- seller), by what (shipping, packaging), and until when (newest). 26 entries of lines for each order.
set session_replication_role = replica;
set synchronous_commit = off;
drop index order_history_at_idx, order_history_actor_idx, order_history_operation_idx, order_history_reopened_idx;
alter table order_history drop constraint order_history_pkey;

create temp table past as
  select n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id, 5 + (n * 7) % 17 as lines,
    people[1 + n % cardinality(people)] as picker,
    -- From 07:30 to 15:30 in São Paulo, day after day.
    date_trunc('day', newest) - interval '400 days' + ((n - 1) * 400 / orders) * interval '1 day' + interval '10 hours 30 minutes'
      + ((n - 1) * 400 % orders) * (interval '8 hours' / orders) as at
  from seed, generate_series(1, orders) n;

insert into orders (company_id, id, number, customer_code, customer, seller_id, imported_by, quote_date, shipping_id, packaging_id,
    total_cents, discount_cents, payable_cents, state, version, imported_at, closed_at, closed_by)
  select s.company, p.id, (1000000 + p.n)::text, lpad((p.n % 4000)::text, 6, '0'), 'CLIENTE ' || p.n % 4000, s.seller, s.seller,
    p.at::date, s.shipping, s.packaging, 100000, 0, 100000, 'finished', 2 * p.lines + 2, p.at, p.at + interval '90 minutes', p.picker
  from seed s, past p order by p.n;

create temp table past_lines as
  select p.n, p.id as order_id, l, p.lines, p.picker, p.at,
    ('00000001-' || lpad(to_hex(l), 4, '0') || '-7000-8000-' || lpad(to_hex(p.n), 12, '0'))::uuid as id,
    -- Few products are most of what goes out.
    ((p.n * 31 + l * 7919) % 6000) * ((p.n * 17 + l * 104729) % 6000) / 6000 as product,
    (p.n + l) % 50 as fate
  from past p, generate_series(1, p.lines) l;

insert into order_items (company_id, id, order_id, position, code, description, unit, quantity, unit_price, total_cents, picked,
    rest_state, reason_code, replacement, replacement_quantity, version)
  select s.company, p.id, p.order_id, p.l, lpad(p.product::text, 5, '0'), 'FO' || p.product || ' --> PRODUTO NUMERO ' || p.product, 'UN',
    10, 3.5, 3500, case when p.fate in (0, 3) then 4 else 10 end,
    case p.fate when 0 then 'short' when 3 then 'substituted' else 'pending' end,
    case p.fate when 0 then 'stock' end, case p.fate when 3 then 'CB15' end, case p.fate when 3 then 6 end,
    1 + p.lines + p.l
  from seed s, past_lines p order by p.n, p.l;

insert into order_history (company_id, order_id, version, kind, item_id, quantity, actor_id, detail, undone_by, at)
  select s.company, e.order_id, e.version, e.kind, e.item_id, e.quantity, coalesce(e.actor, s.seller), coalesce(e.detail, '{}'), e.undone_by, e.at
  from seed s, (
    select id as order_id, 1 as version, 'order_imported' as kind, null::uuid as item_id, null::numeric as quantity, null::uuid as actor,
      null::jsonb as detail, null::bigint as undone_by, at, n from past
    union all
    select order_id, 1 + l, case when fate in (1, 2) then 'item_requested' else 'item_picked' end, id, 4, picker,
      -- What waiting is replayed from.
      case when fate in (1, 2) then jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('item', id,
        'before', jsonb_build_object('quantity', '10', 'picked', '0', 'to_return', '0', 'rest_state', 'pending', 'ordered', '0',
          'received', '0', 'not_found', '0', 'replacement', null, 'reason', null),
        'after', jsonb_build_object('quantity', '10', 'picked', '0', 'to_return', '0', 'rest_state', 'purchase_requested', 'ordered', '0',
          'received', '0', 'not_found', '0', 'replacement', null, 'reason', null)))) end,
      case when (n * 31 + l) % 97 = 0 then 2 + l end, at + interval '20 minutes' + l * interval '40 seconds', n from past_lines
    union all
    select order_id, 1 + lines + l, case fate when 0 then 'item_short' when 3 then 'item_substituted' else 'item_picked' end, id, 6, picker,
      null, null, at + interval '50 minutes' + l * interval '40 seconds', n from past_lines
    union all
    select id, 2 * lines + 2, 'order_finished', null, null, picker, null, null, at + interval '90 minutes', n from past
  ) e order by e.n / 100, e.at;

insert into order_outcomes (company_id, order_id, state, imported_at, closed_at, lines, whole, short, reopened)
  select s.company, p.id, 'finished', p.at, p.at + interval '90 minutes', p.lines, p.lines - p.lines / 25, p.lines / 50, false
  from seed s, past p order by p.n;
insert into outcome_marks (company_id, order_id, mark, closed_at)
  select s.company, p.id, m.mark, p.at + interval '90 minutes'
  from seed s, past p, lateral (
    select unnest(array['any', 'finished', 'seller:' || s.seller, 'picker:' || p.picker, 'customer:' || lpad((p.n % 4000)::text, 6, '0')]) as mark
    union all select 'purchase' where exists (select from generate_series(1, p.lines) l where (p.n + l) % 50 in (1, 2))
  ) m order by p.n;

alter table order_history add constraint order_history_pkey primary key (company_id, order_id, version);
create index order_history_at_idx on order_history (company_id, at desc);
create index order_history_actor_idx on order_history (company_id, actor_id, at desc);
create index order_history_operation_idx on order_history (company_id, operation_id) where operation_id is not null;
create index order_history_reopened_idx on order_history (company_id, order_id, version) where kind = 'order_reopened';
drop table past, past_lines;
set session_replication_role = origin;
