-- A newer quote may no longer want a line of which goods are in the box or bought: it stays until that is solved,
-- wanting only what cannot be taken back at once. At quantity 0 with nothing to return it has left the order; its
-- row stays, because history names it.
alter table order_items add column off_quote boolean not null default false;
alter table order_items drop constraint order_items_quantity_positive;
alter table order_items add constraint order_items_quantity_wanted check (quantity > 0 or (quantity = 0 and off_quote));

-- Which quote a document is (null where it had no number), and the draft it came from.
alter table order_documents add column number text collate "C", add column draft_id uuid;
create unique index order_documents_draft_key on order_documents (company_id, draft_id) where draft_id is not null;
