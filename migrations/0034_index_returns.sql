-- no-transaction
-- What is to go back to the shelf is a handful of lines.
create index concurrently if not exists order_items_return_idx on order_items (company_id, order_id) where must_return;
