-- no-transaction
-- How many orders came, day by day.
create index concurrently if not exists orders_imported_idx on orders (company_id, imported_at);
