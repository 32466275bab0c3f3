-- What an entry tells besides who did what to which line is typed, in place of a text that meant five things.

-- A shortage's reason as it was written until here: a code of the list, "code: text", or just text. The next file needs
-- it once more.
create function read_reason(said text) returns jsonb language sql immutable as $$
  select case
    when said ~ '^(stock|damaged|not_located|other)(:|$)' then jsonb_strip_nulls(jsonb_build_object(
      'code', split_part(said, ':', 1), 'text', nullif(btrim(substr(said, strpos(said || ':', ':') + 1)), '')))
    else jsonb_build_object('code', 'other', 'text', said)
  end
$$;

-- What a note said stands in the note's change, what was undone in the entry that was taken back. A text of which the
-- kind does not say what it was stays where it is.
update order_history set detail = (detail - 'text') || case
    when kind = 'item_short' then
      jsonb_build_object('told', jsonb_build_object('type', 'reason') || read_reason(detail ->> 'text'))
    when kind in ('order_imported', 'order_reopened', 'order_canceled') then
      jsonb_build_object('told', jsonb_build_object('type', 'reason', 'text', detail -> 'text'))
    when kind = 'order_finished' then
      jsonb_build_object('told', jsonb_build_object('type', 'volumes', 'volumes', (detail ->> 'text')::integer))
    when kind = 'order_changed' then
      jsonb_build_object('told', jsonb_build_object('type', 'options',
        'shipping', split_part(detail ->> 'text', ' · ', 1), 'packaging', split_part(detail ->> 'text', ' · ', 2)))
    when kind = 'order_handed_over' then
      jsonb_build_object('told', jsonb_build_object('type', 'sellers',
        'before', split_part(detail ->> 'text', ' → ', 1), 'after', split_part(detail ->> 'text', ' → ', 2)))
    else '{}'
  end
  where jsonb_typeof(detail -> 'text') = 'string' and (
    kind in ('item_short', 'order_imported', 'order_reopened', 'order_canceled', 'order_changed', 'order_handed_over', 'action_undone')
    or (kind = 'order_finished' and detail ->> 'text' ~ '^[0-9]{1,4}$')
    or (kind in ('note_added', 'note_changed', 'note_removed') and detail ? 'note'));

-- Why, for who counts or searches: of the list, and in words.
alter table order_history
  add column reason_code text collate "C" generated always as (detail -> 'told' ->> 'code') stored,
  add column reason_text text generated always as (detail -> 'told' ->> 'text') stored;
