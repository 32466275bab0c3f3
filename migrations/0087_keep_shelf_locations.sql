-- Where goods lie, by code and unit: one place for all orders of the company that have them.
create table shelf_locations (
  company_id uuid not null,
  code text collate "C" not null,
  unit text collate "C" not null,
  -- Null: nobody has said, or somebody cleared it.
  location text,
  -- Counts the changes; an undo asks whether there was a later one.
  version bigint not null default 0,
  changed_by uuid not null,
  changed_at timestamptz not null,
  constraint shelf_locations_pkey primary key (company_id, code, unit),
  constraint shelf_locations_company_fkey foreign key (company_id) references companies (id),
  constraint shelf_locations_changed_by_fkey foreign key (company_id, changed_by) references people (company_id, id),
  constraint shelf_locations_location_length check (char_length(location) between 1 and 16)
);
alter table shelf_locations enable row level security;
create policy shelf_locations_own on shelf_locations to separacao_app using (company_id = (select current_company()));
grant select, insert, update on shelf_locations to separacao_app;
