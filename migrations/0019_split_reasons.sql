-- Why a line is short: a code of the list, and what was added in words.
alter table order_items add column reason_code text collate "C", add column reason_text text;
update order_items set reason_code = read_reason(reason) ->> 'code', reason_text = read_reason(reason) ->> 'text'
  where reason is not null;
alter table order_items drop column reason;
alter table order_items add constraint order_items_reason_coded check (reason_text is null or reason_code is not null);

-- The same wherever the state of a line is kept: before a pick, and before and after an entry of the history.
create function split_reasons(kept jsonb) returns jsonb language plpgsql immutable as $$
begin
  return case jsonb_typeof(kept)
    when 'array' then (
      select coalesce(jsonb_agg(split_reasons(part) order by place), '[]')
      from jsonb_array_elements(kept) with ordinality as parts(part, place))
    when 'object' then (
      select coalesce(jsonb_object_agg(name, case
        when name = 'reason' and jsonb_typeof(part) = 'string' then read_reason(part #>> '{}')
        else split_reasons(part) end), '{}')
      from jsonb_each(kept) as parts(name, part))
    else kept
  end;
end $$;
update item_picks set before = split_reasons(before) where jsonb_typeof(before -> 'reason') = 'string';
update order_history set detail = split_reasons(detail) where detail::text like '%"reason": "%';
drop function split_reasons(jsonb);
drop function read_reason(text);
