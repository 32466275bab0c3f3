-- no-transaction
create index concurrently if not exists security_events_person_idx on security_events (company_id, person_id, at desc, id desc)
  where person_id is not null;
