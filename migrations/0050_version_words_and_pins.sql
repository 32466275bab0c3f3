-- By which folding a word was made: an older build leaves 0, and a job folds its orders again.
alter table search_words add column fold smallint not null default 0;

-- The longest PIN that anybody may have: a rule that became shorter leaves those of before. A PIN enters by itself only
-- where none is longer.
alter table companies add column longest_pin_digits smallint not null default 0;
create function keep_longest_pin_digits() returns trigger language plpgsql as $$
begin
  new.longest_pin_digits := greatest(new.longest_pin_digits, old.pin_digits);
  return new;
end $$;
create trigger companies_longest_pin before update of pin_digits on companies
  for each row execute function keep_longest_pin_digits();
