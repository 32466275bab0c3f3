-- no-transaction
-- A rare kind is found in the audit without walking through everything else that happened.
create index concurrently if not exists security_events_kind_idx
  on security_events (company_id, kind, at desc, id desc);
