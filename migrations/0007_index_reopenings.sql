-- The averages above the board leave out the time that an order lay closed before it was reopened: few ever are, so the
-- index holds next to nothing.
create index order_history_reopened_idx on order_history (company_id, order_id, version) where kind = 'order_reopened';
