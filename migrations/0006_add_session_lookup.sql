-- The epoch of a feed as readers know it: another one after a restore (the stored uuid), on another cluster (the
-- system identifier) and after a failover (the timeline).
create function feed_epoch(stored uuid) returns text language sql as $$
  select md5(stored::text || (select system_identifier::text from pg_control_system())
    || left(pg_walfile_name(pg_current_wal_lsn()), 8))
$$;

-- Whose session a key is, and how far the company's feed is. It is asked by every request, so it is one statement and
-- not a transaction: the function becomes separacao_gate by itself.
create function find_session(wanted bytea, moment timestamptz)
returns table (
  id uuid, company_id uuid, person_id uuid, created_at timestamptz, last_seen_at timestamptz, proven_at timestamptz,
  touched_at timestamptz, renew boolean, shared boolean, number text, person_name text, roles text[], language text,
  pin_must_change boolean, code text, company_name text, time_zone text, workday_starts_minute smallint,
  workday_ends_minute smallint, login_digits smallint, pin_digits smallint, shared_idle_minutes smallint,
  epoch text, head bigint, tag bigint
)
language plpgsql stable set role = 'separacao_gate' as $$
#variable_conflict use_column
begin
  return query
    select s.id, s.company_id, s.person_id, s.created_at, s.last_seen_at, s.proven_at,
      coalesce(s.touched_at, s.proven_at), s.renew,
      exists (select from shared_devices d where d.company_id = s.company_id and d.device_key = s.device_key),
      p.number, p.name, p.roles, p.language, p.pin_must_change, c.code, c.name, c.time_zone,
      c.workday_starts_minute, c.workday_ends_minute, c.login_digits, c.pin_digits, c.shared_idle_minutes,
      feed_epoch(h.epoch), h.head, h.tag
    from sessions s
    join people p on p.company_id = s.company_id and p.id = s.person_id
    join companies c on c.id = s.company_id
    join feed_heads h on h.company_id = s.company_id
    where (s.key = wanted or (s.old_key = wanted and s.old_key_until > moment)) and p.active and c.closed_at is null;
end $$;
revoke execute on function find_session from public;
-- The login may be another than the one that migrates; it is a member of this role.
grant execute on function find_session to separacao_gate;
