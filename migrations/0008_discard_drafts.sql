-- A discarded draft stays until the drafts of its week are cleared away, so that whoever discarded it can have it back.
alter table quote_drafts add column discarded_at timestamptz, add column discarded_by uuid;
alter table quote_drafts add constraint quote_drafts_discarded_by_fkey
  foreign key (company_id, discarded_by) references people (company_id, id);
alter table quote_drafts add constraint quote_drafts_discarded_whole check ((discarded_at is null) = (discarded_by is null));
