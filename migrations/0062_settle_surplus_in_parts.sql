-- What became of the stock's part of a purchase, part by part. The columns of `purchases` say what it was until here, and
-- from here on how the last part ended, once nothing is left: an older build goes on with them.
create table surplus_settlements (
  company_id uuid not null,
  -- The operation that settled it.
  id uuid not null,
  purchase_id uuid not null,
  units numeric(12, 3) not null,
  outcome text collate "C" not null,
  settled_by uuid not null,
  settled_at timestamptz not null,
  -- When whoever settled it took that back; null: it stands.
  undone_at timestamptz,
  constraint surplus_settlements_pkey primary key (company_id, id),
  constraint surplus_settlements_purchase_fkey foreign key (company_id, purchase_id) references purchases (company_id, id),
  constraint surplus_settlements_settled_by_fkey foreign key (company_id, settled_by) references people (company_id, id),
  constraint surplus_settlements_units_positive check (units > 0),
  constraint surplus_settlements_outcome_known check (outcome in ('stocked', 'canceled'))
);
create index surplus_settlements_purchase_idx on surplus_settlements (company_id, purchase_id);
alter table surplus_settlements enable row level security;
create policy surplus_settlements_own on surplus_settlements to separacao_app using (company_id = (select current_company()));
grant select, insert, update on surplus_settlements to separacao_app;

insert into surplus_settlements (company_id, id, purchase_id, units, outcome, settled_by, settled_at)
  select company_id, gen_random_uuid(), id, surplus, surplus_outcome, surplus_by, surplus_at
  from purchases where surplus > 0 and surplus_outcome is not null;
