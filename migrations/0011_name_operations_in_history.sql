-- Undo names the operation: one tap over several orders is taken back as one.
alter table order_history add column operation_id uuid;

update order_history h set operation_id = o.operation_id
  from operations o join feed_events e on e.company_id = o.company_id and e.n = (o.outcome ->> 'n')::bigint
  where h.company_id = o.company_id and h.order_id = e.order_id and h.version = (o.outcome ->> 'version')::bigint;

create index order_history_operation_idx on order_history (company_id, operation_id) where operation_id is not null;
