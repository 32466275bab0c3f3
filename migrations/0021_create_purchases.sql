-- What was bought, of whom, and for which lines.
create table purchases (
  company_id uuid not null,
  id uuid not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  description text not null,
  -- As typed; null: nobody said.
  supplier text,
  -- What one unit cost; null: nobody said.
  cost_cents bigint,
  -- When it is to come; null: nobody said. Every word of it stands in purchase_expectations.
  expected_on date,
  bought_by uuid not null,
  bought_at timestamptz not null,
  -- Units that no line asked for: they are for the stock.
  surplus numeric(12, 3) not null default 0,
  -- What became of them; null: they are still to come.
  surplus_outcome text,
  surplus_by uuid,
  surplus_at timestamptz,
  constraint purchases_pkey primary key (company_id, id),
  constraint purchases_company_fkey foreign key (company_id) references companies (id),
  constraint purchases_bought_by_fkey foreign key (company_id, bought_by) references people (company_id, id),
  constraint purchases_surplus_by_fkey foreign key (company_id, surplus_by) references people (company_id, id),
  constraint purchases_supplier_shape check (length(supplier) between 1 and 80),
  constraint purchases_cost_range check (cost_cents >= 0),
  constraint purchases_surplus_range check (surplus >= 0),
  constraint purchases_surplus_outcome_known check (surplus_outcome in ('stocked', 'canceled')),
  constraint purchases_surplus_settled check ((surplus_outcome is null) = (surplus_at is null) and (surplus_at is null) = (surplus_by is null))
);
create index purchases_bought_at_idx on purchases (company_id, bought_at desc, id);
create index purchases_surplus_idx on purchases (company_id) where surplus > 0 and surplus_outcome is null;

-- When goods were said to come, each time that somebody said so.
create table purchase_expectations (
  company_id uuid not null,
  purchase_id uuid not null,
  at timestamptz not null,
  expected_on date,
  said_by uuid not null,
  constraint purchase_expectations_pkey primary key (company_id, purchase_id, at),
  constraint purchase_expectations_purchase_fkey foreign key (company_id, purchase_id) references purchases (company_id, id) on delete cascade,
  constraint purchase_expectations_said_by_fkey foreign key (company_id, said_by) references people (company_id, id)
);

-- The units of one purchase that were bought for one line; what they are is said in the code, at Allocation. What lines have
-- ordered and received is the sum of theirs.
create table purchase_allocations (
  company_id uuid not null,
  purchase_id uuid not null,
  item_id uuid not null,
  order_id uuid not null,
  ordered numeric(12, 3) not null,
  received numeric(12, 3) not null,
  used numeric(12, 3) not null,
  displaced numeric(12, 3) not null,
  to_return numeric(12, 3) not null,
  canceled numeric(12, 3) not null,
  stocked numeric(12, 3) not null,
  returned numeric(12, 3) not null,
  -- A line waits for some of it, or somebody is to settle some of it.
  is_open boolean not null generated always as (ordered > 0 or displaced > 0 or to_return > 0) stored,
  constraint purchase_allocations_pkey primary key (company_id, purchase_id, item_id),
  constraint purchase_allocations_purchase_fkey foreign key (company_id, purchase_id) references purchases (company_id, id),
  constraint purchase_allocations_order_fkey foreign key (company_id, order_id) references orders (company_id, id),
  constraint purchase_allocations_item_fkey foreign key (company_id, item_id) references order_items (company_id, id),
  constraint purchase_allocations_received_range check (received >= 0 and received <= ordered),
  constraint purchase_allocations_ranges check (
    used >= 0 and displaced >= 0 and to_return >= 0 and canceled >= 0 and stocked >= 0 and returned >= 0)
);
create index purchase_allocations_item_idx on purchase_allocations (company_id, item_id);
create index purchase_allocations_open_idx on purchase_allocations (company_id) where is_open;

do $$
declare owned text;
begin
  foreach owned in array array['purchases', 'purchase_expectations', 'purchase_allocations'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I to separacao_app using (company_id = (select current_company()))', owned || '_own', owned);
    execute format('grant select, insert, update, delete on %I to separacao_app', owned);
  end loop;
end $$;
-- Who said what and when is written once; it goes only with a purchase that was taken back.
revoke update on purchase_expectations from separacao_app;

alter table order_items
  -- Whoever asks for these goods elsewhere may ask for this line's as well.
  add column is_requestable boolean not null
    generated always as (picked < quantity and replacement is null and rest_state in ('pending', 'short')) stored;
create index order_items_requestable_idx on order_items (company_id, code) where is_requestable;
create index order_items_in_purchase_idx on order_items (company_id) where is_in_purchase;
