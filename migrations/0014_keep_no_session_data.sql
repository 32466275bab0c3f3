-- What tower-sessions calls a record's data stays empty: who is behind a session stands in columns.
alter table sessions drop column data;
