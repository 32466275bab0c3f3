-- Papers print unit prices with up to six decimals. Totals stay in cents.
alter table order_items
  alter column unit_price_cents type numeric(18, 6) using unit_price_cents / 100.0;
alter table order_items rename column unit_price_cents to unit_price;

-- What newer quotes changed keeps the prices of its lines too: reais as text, as decimals are written in JSON.
create function pg_temp.with_unit_price(line jsonb) returns jsonb language sql immutable as $$
  select case when line ? 'unit_price_cents'
    then line - 'unit_price_cents'
      || jsonb_build_object('unit_price', trim_scale((line ->> 'unit_price_cents')::numeric / 100)::text)
    else line end
$$;

update order_history set detail = jsonb_set(detail, '{revision,snapshots}', (
    select coalesce(jsonb_agg(s || jsonb_build_object(
        'before', pg_temp.with_unit_price(s -> 'before'),
        'after', pg_temp.with_unit_price(s -> 'after')) order by place), '[]')
    from jsonb_array_elements(detail -> 'revision' -> 'snapshots') with ordinality as snapshots(s, place)))
  where jsonb_typeof(detail -> 'revision' -> 'snapshots') = 'array';
