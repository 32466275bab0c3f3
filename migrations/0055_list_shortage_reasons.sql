-- Why lines are short, as a company says it. None: the usual three, by the words of the catalogue.
create table shortage_reasons (
  company_id uuid not null,
  -- What a short line has: `stock`, `damaged`, `not_located`, or an id.
  code text collate "C" not null,
  -- Null: the word of the catalogue.
  name text,
  position smallint not null,
  hidden boolean not null default false,
  constraint shortage_reasons_pkey primary key (company_id, code),
  constraint shortage_reasons_company_fkey foreign key (company_id) references companies (id),
  constraint shortage_reasons_name_length check (char_length(name) between 1 and 40)
);
alter table shortage_reasons enable row level security;
create policy shortage_reasons_own on shortage_reasons to separacao_app using (company_id = (select current_company()));
create policy shortage_reasons_gate on shortage_reasons for select to separacao_gate using (true);
grant select, insert, update on shortage_reasons to separacao_app;
grant select on shortage_reasons to separacao_gate;

-- {"hours": …, "holidays": …, "reasons": [{"code": "stock", "hidden": false}, {"code": "…", "name": "Vencido", "hidden": true}]}
create or replace function company_settings(company uuid) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'hours', (select jsonb_agg(jsonb_build_object(
        'from', w.valid_from,
        'days', (select jsonb_agg(jsonb_build_array(u.starts, u.ends) order by u.place)
          from unnest(w.starts, w.ends) with ordinality u (starts, ends, place)),
        'lunch', case when w.lunch_starts is not null then jsonb_build_array(w.lunch_starts, w.lunch_ends) end
      ) order by w.valid_from) from work_hours w where w.company_id = company),
    'holidays', (select jsonb_agg(h.day order by h.day) from holidays h where h.company_id = company),
    'reasons', (select jsonb_agg(jsonb_build_object('code', r.code, 'name', r.name, 'hidden', r.hidden)
        order by r.position, r.code) from shortage_reasons r where r.company_id = company)))
$$;
