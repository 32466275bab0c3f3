-- The events of a change, as the last statement of its transaction: from here to the commit every other writer of the
-- company waits. A function, so that the call can take counts of everything else that its statement writes: Postgres then
-- writes all of it before it locks the head.
create function append_events(
  written bigint, company uuid, events jsonb, new_tag bigint, moment timestamptz, person uuid, operation uuid, output jsonb
)
returns bigint language plpgsql as $$
declare
  amount bigint := jsonb_array_length(events);
  last_n bigint;
begin
  update feed_heads set head = head + amount, tag = new_tag where company_id = company returning head into last_n;
  update operations set outcome = jsonb_build_object('n', last_n, 'kind', events -> -1 -> 'kind',
      'version', events -> -1 -> 'payload' -> 'version', 'output', output)
    where company_id = company and person_id = person and operation_id = operation;
  insert into feed_events (company_id, n, tag, kind, order_id, item_id, payload, actor_id, at)
    select company, last_n - amount + e.place, new_tag, e.kind, e.order_id, e.item_id, e.payload, e.actor_id, moment
    from rows from (
      jsonb_to_recordset(events) as (kind text, order_id uuid, item_id uuid, payload jsonb, actor_id uuid)
    ) with ordinality as e (kind, order_id, item_id, payload, actor_id, place);
  return last_n;
end $$;
