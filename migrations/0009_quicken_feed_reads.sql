-- The same epoch as before, in a form that Postgres can fold into the statement that asks for it; as a function of its
-- own, with a subquery inside, it was parsed and planned anew each time (0.3 ms).
create or replace function feed_epoch(stored uuid) returns text language sql as $$
  select md5(stored::text || (pg_control_system()).system_identifier::text
    || left(pg_walfile_name(pg_current_wal_lsn()), 8))
$$;

-- A session that waits behind a lock is asked for again: no backend is left waiting for nobody.
alter function find_session(bytea, timestamptz) set lock_timeout = '2s';

-- How far a company's feed is, and its events from `first` on (null: the last `at_most`). Every replica asks this after
-- every event, so it is one statement and not a transaction: the function becomes separacao_app, and scopes itself, on its
-- own. Without events there is one row still, which has the head alone.
create function read_feed(company uuid, first bigint, at_most bigint)
returns table (
  head bigint, head_tag bigint, epoch text,
  n bigint, tag bigint, kind text, order_id uuid, item_id uuid, payload jsonb, at timestamptz
)
language plpgsql
set role = 'separacao_app' set lock_timeout = '2s' set plan_cache_mode = 'force_generic_plan'
as $$
#variable_conflict use_column
begin
  perform set_config('app.company_id', company::text, true);
  if first is null then
    return query
      -- Materialized (offset 0): the epoch is asked for once, not for each event.
      select h.head, h.tag, h.epoch, e.n, e.tag, e.kind, e.order_id, e.item_id, e.payload, e.at
      from (select f.head, f.tag, feed_epoch(f.epoch) as epoch from feed_heads f where f.company_id = company offset 0) h
      left join lateral (
        select * from feed_events f where f.company_id = company order by f.n desc limit at_most
      ) e on true
      order by e.n;
  else
    -- Nothing but a comparison with the number itself is an index condition under row-level security.
    return query
      select h.head, h.tag, h.epoch, e.n, e.tag, e.kind, e.order_id, e.item_id, e.payload, e.at
      from (select f.head, f.tag, feed_epoch(f.epoch) as epoch from feed_heads f where f.company_id = company offset 0) h
      left join lateral (
        select * from feed_events f where f.company_id = company and f.n >= first order by f.n limit at_most
      ) e on true
      order by e.n;
  end if;
end $$;
revoke execute on function read_feed from public;
grant execute on function read_feed to separacao_app;
