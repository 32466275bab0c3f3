-- no-transaction
create index concurrently if not exists orders_next_idx on orders (company_id, urgent desc, due_at, imported_at, id) where state = 'open';
