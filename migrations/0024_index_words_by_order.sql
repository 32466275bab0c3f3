-- no-transaction
-- Whether an order that was found by something else has a word, too.
create index concurrently if not exists search_words_order_idx on search_words (company_id, order_id, word);
