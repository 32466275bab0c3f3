-- What was changed in a company's settings, for ever. The newest version of a thing is what a form must have read: two who
-- change the same meet here.
create table settings_changes (
  company_id uuid not null,
  -- `shipping`, `packaging`, … and what of it: an option's id, or the part's own name where it is one thing.
  part text collate "C" not null,
  subject text collate "C" not null,
  version bigint not null,
  before jsonb,
  after jsonb not null,
  changed_by uuid not null,
  at timestamptz not null,
  constraint settings_changes_pkey primary key (company_id, part, subject, version),
  constraint settings_changes_changed_by_fkey foreign key (company_id, changed_by) references people (company_id, id),
  constraint settings_changes_version_positive check (version > 0)
);
alter table settings_changes enable row level security;
create policy settings_changes_own on settings_changes to separacao_app using (company_id = (select current_company()));
grant select, insert on settings_changes to separacao_app;

-- Orders name the pair that they have, so a pair that is no longer offered stays.
alter table shipping_packagings add column allowed boolean not null default true;
