-- What is sent in place of a line, as goods and not only as words, and which missing units nobody has answered for.
alter table order_items
  -- Code and unit of the replacement, where they are known.
  add column replacement_code text collate "C",
  add column replacement_unit text collate "C",
  -- Whoever sells agreed it with the customer.
  add column replacement_agreed boolean not null default false,
  -- Short or not-found units that nobody has answered: the line waits for an answer while there are any.
  add column unanswered numeric(12, 3) not null default 0,
  -- Not-found units are to be left out, once nothing else of the line is awaited.
  add column sends_without boolean not null default false;

update order_items set unanswered = not_found where is_in_purchase and not_found > 0;

-- Units that were missing: since when, because of whom, and what became of it. One of a line is open at a time.
create table shortages (
  company_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  item_id uuid not null,
  units numeric(12, 3) not null,
  cause text collate "C" not null,
  marked_by uuid not null,
  marked_at timestamptz not null,
  -- The entry of the order's history that it began with.
  began_version bigint not null,
  -- What whoever sells said; null: nobody did.
  answer text collate "C",
  answered_by uuid,
  answered_at timestamptz,
  -- When the goods were wished for, with the answer that they are to be bought.
  wished_on date,
  -- How it ended, and with which entry; null: somebody is to answer.
  closed_as text collate "C",
  closed_by uuid,
  closed_at timestamptz,
  closed_version bigint,
  constraint shortages_pkey primary key (company_id, id),
  constraint shortages_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint shortages_item_fkey foreign key (company_id, item_id) references order_items (company_id, id),
  constraint shortages_marked_by_fkey foreign key (company_id, marked_by) references people (company_id, id),
  constraint shortages_answered_by_fkey foreign key (company_id, answered_by) references people (company_id, id),
  constraint shortages_closed_by_fkey foreign key (company_id, closed_by) references people (company_id, id),
  constraint shortages_units_positive check (units > 0),
  constraint shortages_cause_known check (cause in ('short', 'not_found')),
  constraint shortages_answer_known check (answer in ('swap', 'buy', 'without')),
  constraint shortages_answer_whole check ((answer is null) = (answered_by is null) and (answer is null) = (answered_at is null)),
  constraint shortages_closed_whole check (
    (closed_as is null) = (closed_by is null) and (closed_as is null) = (closed_at is null) and (closed_as is null) = (closed_version is null))
);
create unique index shortages_open_key on shortages (company_id, item_id) where closed_at is null;
create index shortages_order_idx on shortages (company_id, order_id, began_version);

-- What customers took in place of something: offered when the same customer lacks the same goods again.
create table agreed_replacements (
  company_id uuid not null,
  order_id uuid not null,
  item_id uuid not null,
  -- The entry of the order's history that agreed it.
  version bigint not null,
  customer_code text collate "C" not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  replacement_code text collate "C",
  replacement_unit text collate "C",
  replacement text not null,
  agreed_by uuid not null,
  agreed_at timestamptz not null,
  -- The entry that took it back; null: it stands.
  withdrawn_version bigint,
  constraint agreed_replacements_pkey primary key (company_id, order_id, version),
  constraint agreed_replacements_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint agreed_replacements_item_fkey foreign key (company_id, item_id) references order_items (company_id, id),
  constraint agreed_replacements_agreed_by_fkey foreign key (company_id, agreed_by) references people (company_id, id)
);
create index agreed_replacements_goods_idx on agreed_replacements (company_id, customer_code, code, unit, agreed_at desc);

do $$
declare owned text;
begin
  foreach owned in array array['shortages', 'agreed_replacements'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I to separacao_app using (company_id = (select current_company()))', owned || '_own', owned);
    execute format('grant select, insert, update on %I to separacao_app', owned);
  end loop;
end $$;
