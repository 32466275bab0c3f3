-- A shared device that nobody uses any more is forgotten, as known devices are. What is known of it does not tell: that goes with
-- a PIN that is given anew, while the tablet stays in use. Of devices from before, and of those that an older build marks, the
-- time is that of the row.
alter table shared_devices add column last_used_at timestamptz not null default now();

-- The gate notes a proven PIN there, and takes away what is old.
drop policy shared_devices_gate on shared_devices;
create policy shared_devices_gate on shared_devices to separacao_gate using (true);
grant update (last_used_at), delete on shared_devices to separacao_gate;
