-- What a line counts as, said once: every count of lines asks these columns. Tests compare them with what screens show.
alter table order_items
  -- It is a line of the order: it has not left it.
  add column is_listed boolean not null
    generated always as (quantity > 0 or to_return > 0) stored,
  -- Picked, substituted or short: nothing left to do.
  add column is_settled boolean not null
    generated always as (quantity > 0 and to_return = 0 and (picked = quantity or rest_state in ('substituted', 'short'))) stored,
  -- At least one unit is in the box.
  add column is_touched boolean not null
    generated always as (picked + to_return > 0) stored,
  -- A unit can be picked now: nothing else is to happen first, or goods arrived.
  add column is_pickable boolean not null
    generated always as (picked < quantity and (rest_state = 'pending' or received > 0)) stored,
  -- The rest is asked of the buyer, or ordered from a supplier.
  add column is_in_purchase boolean not null
    generated always as (picked < quantity and rest_state in ('purchase_requested', 'purchase_ordered')) stored,
  -- In purchase, and something came.
  add column has_arrived boolean not null
    generated always as (picked < quantity and rest_state in ('purchase_requested', 'purchase_ordered') and received > 0) stored,
  add column is_short boolean not null
    generated always as (picked < quantity and rest_state = 'short') stored,
  add column is_substituted boolean not null
    generated always as (picked < quantity and rest_state = 'substituted') stored,
  -- Units must go back to the shelf first.
  add column must_return boolean not null
    generated always as (to_return > 0) stored;
