-- When a thing was tapped, and on which device: a tap may wait for the network for hours before the server hears of it.
-- The claim of an operation says both to its transaction, and every entry of the history that this writes has them.
alter table order_history add column tapped_at timestamptz, add column device_key bytea;
alter table order_history
  alter column tapped_at set default nullif(current_setting('app.tapped_at', true), '')::timestamptz,
  alter column device_key set default decode(nullif(current_setting('app.device_key', true), ''), 'hex');

drop function claim_operation(uuid, uuid, uuid, bytea, uuid, timestamptz);
-- Claims an operation id, and says who claims it: the roles as of now, null where the session has ended or the person may
-- not come in any more. How old the session is was judged when the request came. An earlier try of the same tap is
-- waited for; what it stored comes back. `tapped` is null where nobody knows.
create function claim_operation(
  company uuid, person uuid, operation uuid, sent bytea, session uuid, moment timestamptz, tapped timestamptz default null
)
returns table (is_first boolean, roles text[], fingerprint bytea, outcome jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
  claimed boolean;
  device bytea;
begin
  insert into operations (company_id, person_id, operation_id, fingerprint, at)
    values (company, person, operation, sent, moment) on conflict do nothing;
  claimed := found;
  select s.device_key into device from sessions s
    where s.company_id = company and s.person_id = person and s.id = session;
  perform set_config('app.tapped_at', coalesce(tapped::text, ''), true),
    set_config('app.device_key', coalesce(encode(device, 'hex'), ''), true);
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
