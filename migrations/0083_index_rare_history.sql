-- no-transaction
-- Picks are most of the history and found by their time alone: they pay for no further index.
create index concurrently if not exists order_history_kind_idx
  on order_history (company_id, kind, at desc, order_id desc, version desc)
  where kind <> 'item_picked';
