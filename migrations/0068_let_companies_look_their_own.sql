-- What a company looks like. What is not here is as the app is.
create table company_looks (
  company_id uuid not null,
  -- `#rrggbb`, by day and by night.
  accent text collate "C",
  accent_night text collate "C",
  -- What an empty board says.
  empty_title text,
  empty_text text,
  constraint company_looks_pkey primary key (company_id),
  constraint company_looks_company_fkey foreign key (company_id) references companies (id),
  constraint company_looks_accent_shape check (accent ~ '^#[0-9a-f]{6}$' and accent_night ~ '^#[0-9a-f]{6}$'),
  constraint company_looks_words_length check (char_length(empty_title) between 1 and 60 and char_length(empty_text) between 1 and 200)
);
alter table company_looks enable row level security;
create policy company_looks_own on company_looks to separacao_app using (company_id = (select current_company()));
create policy company_looks_gate on company_looks for select to separacao_gate using (true);
grant select, insert, update on company_looks to separacao_app;
grant select on company_looks to separacao_gate;

-- Pictures as they were written anew: nothing is served that somebody sent.
create table company_pictures (
  company_id uuid not null,
  kind text collate "C" not null,
  hash text collate "C" not null,
  content_type text collate "C" not null,
  width smallint not null,
  height smallint not null,
  bytes bytea not null,
  constraint company_pictures_pkey primary key (company_id, kind),
  constraint company_pictures_company_fkey foreign key (company_id) references companies (id),
  constraint company_pictures_kind_known check (kind in ('logo', 'empty')),
  constraint company_pictures_type_known check (content_type in ('image/png', 'image/jpeg')),
  constraint company_pictures_size check (octet_length(bytes) <= 4194304)
);
alter table company_pictures enable row level security;
create policy company_pictures_own on company_pictures to separacao_app using (company_id = (select current_company()));
create policy company_pictures_gate on company_pictures for select to separacao_gate using (true);
grant select, insert, update, delete on company_pictures to separacao_app;
grant select (company_id, kind, hash, width, height) on company_pictures to separacao_gate;

-- {"hours": …, "holidays": …, "reasons": …, "look": {"company": …, "accent": "#1b4fb5", "logo": {"hash": …}, …}}
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
        order by r.position, r.code) from shortage_reasons r where r.company_id = company),
    'look', (select jsonb_build_object('company', l.company_id, 'accent', l.accent, 'night', l.accent_night,
          'empty_title', l.empty_title, 'empty_text', l.empty_text)
          || (select coalesce(jsonb_object_agg(p.kind, jsonb_build_object('hash', p.hash, 'width', p.width, 'height', p.height)), '{}')
            from company_pictures p where p.company_id = company)
        from company_looks l where l.company_id = company)))
$$;
