-- no-transaction
-- Papers that are still there, for who takes old ones away.
create index concurrently if not exists order_documents_kept_idx on order_documents (company_id, at) where removed_at is null;
