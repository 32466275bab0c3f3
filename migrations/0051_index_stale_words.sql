-- no-transaction
-- The orders whose words an older build wrote; nearly always none. A newer folding brings an index of its own.
create index concurrently if not exists search_words_stale_idx on search_words (company_id, order_id) where fold < 1;
