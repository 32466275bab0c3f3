-- Constraints of 0031 and 0033 that were added without looking at the rows that were there. Writers do not wait for this.
alter table shipping_options validate constraint shipping_options_due_minute_range;
alter table orders validate constraint orders_left_together;
alter table orders validate constraint orders_left_by_fkey;
