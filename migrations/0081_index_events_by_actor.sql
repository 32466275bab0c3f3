-- no-transaction
create index concurrently if not exists security_events_actor_idx on security_events (company_id, actor_id, at desc, id desc)
  where actor_id is not null;
