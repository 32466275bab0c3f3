-- Failures at a device that the person has used before are counted by that device, so that wrong PINs at one tablet
-- delay nobody elsewhere. Null: an unknown device, whose failures are counted by account, address and company.
alter table sign_in_failures add column device_key bytea;

-- A PIN that was reset is another PIN: what was guessed before counts no longer. The company's role may do just that and
-- read nothing of the table; the operator, who has no company set, may do it for any.
create function forget_sign_in_failures(company uuid, person uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
  delete from sign_in_failures f using people p
  where p.company_id = company and p.id = person and f.company_id = company and f.number = p.number
    and company = coalesce(current_company(), company)
$$;
revoke execute on function forget_sign_in_failures from public;
grant execute on function forget_sign_in_failures to separacao_app;
