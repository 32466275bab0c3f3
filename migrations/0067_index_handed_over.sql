-- no-transaction
-- The few entries that hold a seller's name.
create index concurrently if not exists order_history_handed_over_idx on order_history (company_id) where kind = 'order_handed_over';
