-- Who asks to be forgotten is: people get a number that nobody can sign in with, and papers are emptied.
alter table people add column anonymised_at timestamptz;
alter table people drop constraint people_number_shape;
alter table people add constraint people_number_shape check (number ~ '^([0-9]{2,6}|x[0-9]{1,9})$') not valid;

-- When a paper was taken away; nothing of it is left then but when it came and its fingerprint.
alter table order_documents add column removed_at timestamptz;

-- Entries of the history are written once; of what they keep, only names change here. What counts stays.
create function anonymise_person(company uuid, person uuid, called text, folded text, moment timestamptz)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if company is distinct from current_company() then
    raise exception 'of another company';
  end if;
  update people p
    set name = called, name_folded = folded, number = 'x' || (
      select count(*) + 1 from people o where o.company_id = company and o.anonymised_at is not null),
      pin_hash = '', language = null, anonymised_at = moment
    where p.company_id = company and p.id = person;
  delete from seller_aliases a where a.company_id = company and a.person_id = person;
  update security_events e set detail = e.detail - array['number', 'name']
    where e.company_id = company and e.person_id = person and e.detail ?| array['number', 'name'];
  update security_events e set address = null, request_id = null
    where e.company_id = company and coalesce(e.actor_id, e.person_id) = person;
  update order_history h
    set detail = jsonb_set(h.detail, '{told}', h.detail -> 'told'
      || case when h.detail -> 'seller' ->> 'before' = person::text then jsonb_build_object('before', called) else '{}' end
      || case when h.detail -> 'seller' ->> 'after' = person::text then jsonb_build_object('after', called) else '{}' end)
    where h.company_id = company and h.kind = 'order_handed_over'
      and person::text in (h.detail -> 'seller' ->> 'before', h.detail -> 'seller' ->> 'after');
end $$;

create function anonymise_customer(company uuid, wanted uuid[], known_as text, new_code text, called text, said text, moment timestamptz)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  names text[];
begin
  if company is distinct from current_company() then
    raise exception 'of another company';
  end if;
  select array_agg(distinct o.customer) into names from orders o where o.company_id = company and o.id = any(wanted);
  delete from quote_drafts d
    where d.company_id = company and d.reading -> 'quote' ->> 'customer_code' = known_as
      and d.reading -> 'quote' ->> 'customer' = any(names);
  update orders o set customer = called, customer_code = new_code where o.company_id = company and o.id = any(wanted);
  update outcome_marks m set mark = 'customer:' || new_code
    where m.company_id = company and m.order_id = any(wanted) and m.mark = 'customer:' || known_as;
  update agreed_replacements r set customer_code = new_code where r.company_id = company and r.order_id = any(wanted);
  update order_notes n set text = said where n.company_id = company and n.order_id = any(wanted);
  update order_documents d set pdf = '', file_name = 'orcamento.pdf', removed_at = moment
    where d.company_id = company and d.order_id = any(wanted) and d.removed_at is null;
  update order_history h
    set detail = h.detail
      || case when h.detail ? 'note' then jsonb_build_object('note', h.detail -> 'note'
           || case when h.detail -> 'note' ->> 'before' is null then '{}' else jsonb_build_object('before', said) end
           || case when h.detail -> 'note' ->> 'after' is null then '{}' else jsonb_build_object('after', said) end)
         else '{}' end
      || case when h.detail ? 'revision' then jsonb_build_object('revision', h.detail -> 'revision' || jsonb_build_object(
           'header_before', h.detail -> 'revision' -> 'header_before' || jsonb_build_object('customer', called, 'customer_code', new_code),
           'header', h.detail -> 'revision' -> 'header' || jsonb_build_object('customer', called, 'customer_code', new_code)))
         else '{}' end
    where h.company_id = company and h.order_id = any(wanted) and h.detail ?| array['note', 'revision'];
end $$;
revoke execute on function anonymise_person, anonymise_customer from public;
grant execute on function anonymise_person, anonymise_customer to separacao_app;
