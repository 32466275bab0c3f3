-- What people are called where it is told who did something: two of one name, however it is written, with their numbers.
create function people_as_told(company uuid) returns table (id uuid, name text) language sql stable as $$
  select p.id, p.name || case when count(*) over (partition by p.name_folded) > 1 then ' (' || p.number || ')' else '' end
  from people p where p.company_id = company
$$;
