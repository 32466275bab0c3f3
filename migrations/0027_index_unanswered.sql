-- no-transaction
create index concurrently if not exists order_items_unanswered_idx on order_items (company_id) where unanswered > 0;
