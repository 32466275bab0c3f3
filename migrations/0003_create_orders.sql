create table shipping_options (
  company_id uuid not null,
  id uuid not null,
  name text not null,
  position smallint not null,
  makes_urgent boolean not null default false,
  hidden boolean not null default false,
  constraint shipping_options_pkey primary key (company_id, id),
  constraint shipping_options_company_fkey foreign key (company_id) references companies (id),
  constraint shipping_options_name_key unique (company_id, name)
);

create table packaging_options (
  company_id uuid not null,
  id uuid not null,
  name text not null,
  position smallint not null,
  hidden boolean not null default false,
  constraint packaging_options_pkey primary key (company_id, id),
  constraint packaging_options_company_fkey foreign key (company_id) references companies (id),
  constraint packaging_options_name_key unique (company_id, name)
);

-- Which packaging each shipping option allows.
create table shipping_packagings (
  company_id uuid not null,
  shipping_id uuid not null,
  packaging_id uuid not null,
  constraint shipping_packagings_pkey primary key (company_id, shipping_id, packaging_id),
  constraint shipping_packagings_shipping_fkey foreign key (company_id, shipping_id) references shipping_options (company_id, id),
  constraint shipping_packagings_packaging_fkey foreign key (company_id, packaging_id) references packaging_options (company_id, id)
);

create table orders (
  company_id uuid not null,
  id uuid not null,
  -- Null: the quote had no number ("0" or none).
  number text collate "C",
  customer_code text collate "C" not null,
  customer text not null,
  seller_id uuid not null,
  imported_by uuid not null,
  quote_date date not null,
  shipping_id uuid not null,
  packaging_id uuid not null,
  total_cents bigint not null,
  discount_cents bigint not null,
  payable_cents bigint not null,
  -- Why an administrator accepted a quote whose values do not add up; null where they do.
  values_mismatch_reason text,
  state text not null default 'open',
  urgent boolean not null default false,
  -- Number of the newest entry of the order's history.
  version bigint not null default 0,
  imported_at timestamptz not null,
  -- When and by whom the order was finished or canceled, and why; null while open.
  closed_at timestamptz,
  closed_by uuid,
  close_reason text,
  volumes integer,
  constraint orders_pkey primary key (company_id, id),
  constraint orders_company_fkey foreign key (company_id) references companies (id),
  constraint orders_seller_fkey foreign key (company_id, seller_id) references people (company_id, id),
  constraint orders_imported_by_fkey foreign key (company_id, imported_by) references people (company_id, id),
  constraint orders_closed_by_fkey foreign key (company_id, closed_by) references people (company_id, id),
  constraint orders_shipping_fkey foreign key (company_id, shipping_id) references shipping_options (company_id, id),
  constraint orders_packaging_fkey foreign key (company_id, packaging_id) references packaging_options (company_id, id),
  constraint orders_packaging_allowed foreign key (company_id, shipping_id, packaging_id)
    references shipping_packagings (company_id, shipping_id, packaging_id),
  constraint orders_number_shape check (number <> '' and number <> '0'),
  constraint orders_state_known check (state in ('open', 'finished', 'canceled')),
  constraint orders_closed_together check ((state = 'open') = (closed_at is null) and (closed_at is null) = (closed_by is null)),
  constraint orders_volumes_range check (volumes between 1 and 9999)
);
create unique index orders_number_key on orders (company_id, number) where state <> 'canceled';
create index orders_open_idx on orders (company_id, urgent desc, imported_at, id) where state = 'open';
create index orders_closed_idx on orders (company_id, closed_at desc, id) where state <> 'open';
create index orders_customer_idx on orders (company_id, customer_code, imported_at desc);

create table order_items (
  company_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  position integer not null,
  code text collate "C" not null,
  description text not null,
  unit text not null,
  quantity numeric(12, 3) not null,
  unit_price_cents bigint not null,
  total_cents bigint not null,
  picked numeric(12, 3) not null default 0,
  -- Units picked beyond a quantity that a newer quote lowered; they go back to the shelf.
  to_return numeric(12, 3) not null default 0,
  rest_state text not null default 'pending',
  ordered numeric(12, 3) not null default 0,
  received numeric(12, 3) not null default 0,
  not_found numeric(12, 3) not null default 0,
  replacement text,
  replacement_quantity numeric(12, 3),
  reason text,
  -- The order's version when this line last changed: undo asks whether somebody came after.
  version bigint not null default 0,
  constraint order_items_pkey primary key (company_id, id),
  constraint order_items_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint order_items_position_key unique (company_id, order_id, position),
  constraint order_items_quantity_positive check (quantity > 0),
  constraint order_items_picked_range check (picked >= 0 and picked <= quantity),
  constraint order_items_to_return_range check (to_return >= 0),
  constraint order_items_rest_state_known check (rest_state in ('pending', 'purchase_requested', 'purchase_ordered', 'substituted', 'short')),
  constraint order_items_received_range check (received >= 0 and received <= ordered),
  constraint order_items_purchase_range check (ordered >= 0 and not_found >= 0 and ordered + not_found <= quantity - picked),
  constraint order_items_ordered_state check ((rest_state = 'purchase_ordered') = (ordered > 0)),
  constraint order_items_settled_rest check (picked < quantity or (rest_state = 'pending' and ordered = 0 and received = 0 and not_found = 0)),
  constraint order_items_replacement_whole check ((replacement is null) = (replacement_quantity is null))
);

-- The picks that stand, newest last: unpick takes them back in reverse and restores what was before each.
create table item_picks (
  company_id uuid not null,
  order_id uuid not null,
  item_id uuid not null,
  seq integer not null,
  person_id uuid not null,
  quantity numeric(12, 3) not null,
  -- The line's state just before this pick.
  before jsonb not null,
  at timestamptz not null,
  constraint item_picks_pkey primary key (company_id, order_id, item_id, seq),
  constraint item_picks_item_fkey foreign key (company_id, item_id) references order_items (company_id, id),
  constraint item_picks_person_fkey foreign key (company_id, person_id) references people (company_id, id),
  constraint item_picks_quantity_positive check (quantity > 0)
);

create table order_notes (
  company_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  text text not null,
  author_id uuid not null,
  version integer not null default 1,
  at timestamptz not null,
  removed_at timestamptz,
  constraint order_notes_pkey primary key (company_id, id),
  constraint order_notes_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint order_notes_author_fkey foreign key (company_id, author_id) references people (company_id, id),
  constraint order_notes_text_shape check (length(text) between 1 and 500)
);
create index order_notes_order_idx on order_notes (company_id, order_id, at);

-- Every change of an order, for ever: timeline, undo, history and metrics read it.
create table order_history (
  company_id uuid not null,
  order_id uuid not null,
  version bigint not null,
  kind text collate "C" not null,
  item_id uuid,
  quantity numeric(12, 3),
  actor_id uuid not null,
  -- {"lines": [{"item", "before", "after"}], …}: what undo restores and metrics count.
  detail jsonb not null default '{}',
  -- The version that this entry took back, or that took this one back.
  undoes bigint,
  undone_by bigint,
  at timestamptz not null,
  constraint order_history_pkey primary key (company_id, order_id, version),
  constraint order_history_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint order_history_actor_fkey foreign key (company_id, actor_id) references people (company_id, id)
);
create index order_history_at_idx on order_history (company_id, at desc);
create index order_history_actor_idx on order_history (company_id, actor_id, at desc);

-- The quotes an order came from, newest last.
create table order_documents (
  company_id uuid not null,
  order_id uuid not null,
  revision integer not null,
  file_name text not null,
  sha256 bytea not null,
  pdf bytea not null,
  at timestamptz not null,
  constraint order_documents_pkey primary key (company_id, order_id, revision),
  constraint order_documents_order_fkey foreign key (company_id, order_id) references orders (company_id, id)
);
alter table order_documents alter column pdf set storage external;
create index order_documents_sha256_idx on order_documents (company_id, sha256);

-- An uploaded quote that nobody has confirmed yet (Para conferir).
create table quote_drafts (
  company_id uuid not null,
  id uuid not null,
  importer_id uuid not null,
  file_name text not null,
  sha256 bytea not null,
  pdf bytea not null,
  -- What was read, the page's text, the cells a person corrected, and the form so far.
  reading jsonb not null,
  corrections jsonb not null default '{}',
  form jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null,
  -- Who made the newest version, and when.
  changed_by uuid not null,
  changed_at timestamptz not null,
  constraint quote_drafts_pkey primary key (company_id, id),
  -- One file is one draft of a person, however often it is sent.
  constraint quote_drafts_file_key unique (company_id, importer_id, sha256),
  constraint quote_drafts_importer_fkey foreign key (company_id, importer_id) references people (company_id, id),
  constraint quote_drafts_changed_by_fkey foreign key (company_id, changed_by) references people (company_id, id)
);
alter table quote_drafts alter column pdf set storage external;
create index quote_drafts_sha256_idx on quote_drafts (company_id, sha256);
create index quote_drafts_created_idx on quote_drafts (company_id, created_at);

-- A seller's name as the ERP prints it, and who that is.
create table seller_aliases (
  company_id uuid not null,
  alias_folded text collate "C" not null,
  person_id uuid not null,
  constraint seller_aliases_pkey primary key (company_id, alias_folded),
  constraint seller_aliases_person_fkey foreign key (company_id, person_id) references people (company_id, id)
);

-- Folded words of orders. Under row-level security only plain comparisons use an index, so search is a
-- range over words instead of LIKE or full text.
create table search_words (
  company_id uuid not null,
  word text collate "C" not null,
  order_id uuid not null,
  constraint search_words_pkey primary key (company_id, word, order_id),
  constraint search_words_order_fkey foreign key (company_id, order_id) references orders (company_id, id)
);

do $$
declare owned text;
begin
  foreach owned in array array['shipping_options', 'packaging_options', 'shipping_packagings', 'orders', 'order_items',
      'item_picks', 'order_notes', 'order_history', 'order_documents', 'quote_drafts', 'seller_aliases', 'search_words'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I to separacao_app using (company_id = (select current_company()))', owned || '_own', owned);
    execute format('grant select, insert, update, delete on %I to separacao_app', owned);
  end loop;
end $$;
-- History is written once and kept for ever; only the mark that an entry was taken back is added.
revoke update, delete on order_history from separacao_app;
grant update (undone_by) on order_history to separacao_app;
revoke delete on orders, order_documents from separacao_app;
