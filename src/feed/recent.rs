//! The newest events of a company's feed, as far as memory keeps them. Pure.

use std::collections::VecDeque;

use super::cursor::{Cursor, Head};
use super::event::Event;

/// A company's newest events that the table keeps however old they are, for clients that reconnect after a short absence: a
/// replica that has just started fills its memory with them.
pub const KEPT_EVENTS: i64 = 512;
/// Events that memory holds: some seconds of the fiercest burst, so that a replica which is short of CPU draws late, and does
/// not make every screen fetch its page in that moment. Half a megabyte, of a company that had so many.
pub(super) const REMEMBERED_EVENTS: i64 = 4096;

/// Dense, in order, and up to the head; empty where memory has nothing.
#[derive(Debug, Default)]
pub(super) struct RecentEvents(VecDeque<Event>);

impl RecentEvents {
    /// Adds what was read, or forgets everything where the two do not belong together. `events` begin with the event
    /// that was known last. True: the history was rewritten.
    pub fn append(&mut self, known: Option<&Head>, head: &Head, events: Vec<Event>) -> bool {
        let continues = known.is_none_or(|known| continues(known, head, &events));
        let fresh: Vec<Event> =
            events.into_iter().filter(|event| known.is_none_or(|known| event.n > known.n)).collect();
        let expected = known.map_or(head.n - fresh.len() as i64, |known| known.n);
        let dense = fresh.iter().zip(expected + 1..).all(|(event, n)| event.n == n)
            && fresh.last().map_or(head.n == expected, |event| event.n == head.n);
        if continues && dense {
            self.0.extend(fresh);
        } else {
            // Rewritten, or too far behind for one read: clients that are behind are reset, the latter without an alarm.
            self.0.clear();
        }
        while self.0.len() as i64 > REMEMBERED_EVENTS {
            self.0.pop_front();
        }
        !continues
    }

    /// What came after the cursor, through the head. None: memory does not have all of it, or not the cursor's event.
    pub fn since(&self, cursor: &Cursor, head: &Head) -> Option<Vec<Event>> {
        let own = self.0.get(self.place_of(cursor.n)?)?;
        (own.tag == cursor.tag && cursor.n < head.n).then(|| self.between(cursor.n, head.n)).flatten()
    }

    /// Events in (from, to], if memory has them all.
    pub fn between(&self, from: i64, to: i64) -> Option<Vec<Event>> {
        if from >= to {
            return (from == to).then(Vec::new);
        }
        let (first, last) = (self.place_of(from + 1)?, self.place_of(to)?);
        (last < self.0.len()).then(|| self.0.range(first..=last).cloned().collect())
    }

    /// Where an event would stand; they are dense. None: before the first.
    fn place_of(&self, n: i64) -> Option<usize> {
        usize::try_from(n - self.0.front()?.n).ok()
    }
}

/// Whether what was read can follow what was known. The first row must be the event known last, with its tag;
/// where it is missing the feed was cleared up to later than that, which is a gap but no rewriting.
fn continues(known: &Head, head: &Head, events: &[Event]) -> bool {
    let same_end = head.n > known.n || (head.n == known.n && head.tag == known.tag);
    let same_event = events.first().is_none_or(|first| first.n != known.n || first.tag == known.tag);
    known.epoch == head.epoch && same_end && same_event
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::feed::Topics;

    /// A tag that no other number has.
    fn tag(n: i64) -> i64 {
        n * 31 + 7
    }

    fn event(n: i64) -> Event {
        Event {
            n,
            tag: tag(n),
            kind: None,
            order_id: None,
            item_id: None,
            person_id: None,
            version: None,
            topics: Topics::default(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn events(range: RangeInclusive<i64>) -> Vec<Event> {
        range.map(event).collect()
    }

    fn head(n: i64) -> Head {
        Head { epoch: "e".into(), n, tag: tag(n) }
    }

    fn numbers(events: Option<Vec<Event>>) -> Option<Vec<i64>> {
        events.map(|events| events.iter().map(|event| event.n).collect())
    }

    /// What memory holds after one read, of the events of `range`.
    fn recent(range: RangeInclusive<i64>) -> RecentEvents {
        let mut recent = RecentEvents::default();
        assert!(!recent.append(None, &head(*range.end()), events(range)));
        recent
    }

    proptest! {
        #[test]
        fn whoever_was_away_gets_each_event_once_however_it_was_read(
            first in 1i64..50,
            batches in proptest::collection::vec(0i64..9, 1..12),
            away in 0i64..40,
        ) {
            let mut at = first + 5;
            let mut recent = recent(first..=at);
            for batch in batches {
                prop_assert!(!recent.append(Some(&head(at)), &head(at + batch), events(at..=at + batch)));
                at += batch;
            }
            let cursor = at - away;
            let kept = cursor >= first && away > 0;
            let missed: Vec<i64> = (cursor + 1..=at).collect();
            prop_assert_eq!(numbers(recent.since(&head(cursor), &head(at))), kept.then(|| missed.clone()));
            let all = (cursor + 1 >= first).then_some(missed);
            prop_assert_eq!(numbers(recent.between(cursor, at)), all);
        }
    }

    #[test]
    fn a_cursor_of_another_history_is_not_found() {
        let recent = recent(1..=9);
        assert_eq!(numbers(recent.since(&head(7), &head(9))), Some(vec![8, 9]));
        assert!(recent.since(&Head { tag: 1, ..head(7) }, &head(9)).is_none());
    }

    #[test]
    fn memory_that_ends_before_the_head_or_begins_after_the_cursor_answers_nothing() {
        let recent = recent(3..=9);
        assert!(recent.since(&head(7), &head(10)).is_none(), "the last one is missing");
        assert_eq!(
            numbers(recent.since(&head(5), &head(8))),
            Some(vec![6, 7, 8]),
            "no further than the head"
        );
        assert!(recent.since(&head(2), &head(9)).is_none());
        assert!(recent.between(1, 9).is_none());
        assert!(recent.between(7, 10).is_none());
        assert_eq!(numbers(recent.between(2, 5)), Some(vec![3, 4, 5]));
        assert_eq!(numbers(recent.between(9, 9)), Some(vec![]));
    }

    #[test]
    fn a_gap_empties_the_memory_and_is_no_rewriting() {
        for (known, read, end) in [(5, 8..=9, 9), (5, 5..=7, 9)] {
            let mut recent = recent(1..=known);
            assert!(!recent.append(Some(&head(known)), &head(end), events(read)));
            assert!(recent.between(3, 5).is_none());
            assert!(recent.since(&head(3), &head(end)).is_none());
        }
        let mut recent = recent(1..=5);
        let mut torn = events(5..=9);
        torn.remove(2);
        assert!(!recent.append(Some(&head(5)), &head(9), torn));
        assert!(recent.between(5, 6).is_none());
    }

    #[test]
    fn what_cannot_follow_what_was_known_is_a_rewriting_and_empties_the_memory() {
        let other_tag = |n: i64| Event { tag: 1, ..event(n) };
        for (what, end, read) in [
            ("another epoch", Head { epoch: "f".into(), ..head(7) }, events(5..=7)),
            ("an older head", head(4), events(4..=4)),
            ("the same number under another tag", Head { tag: 1, ..head(5) }, vec![other_tag(5)]),
            ("another event before the new ones", head(6), vec![other_tag(5), event(6)]),
            ("another tag, and the event itself is cleared", Head { tag: 1, ..head(5) }, vec![]),
        ] {
            let mut recent = recent(1..=5);
            assert!(recent.append(Some(&head(5)), &end, read), "{what}");
            assert!(recent.between(3, 5).is_none(), "{what}");
        }
        let mut recent = recent(1..=5);
        assert!(!recent.append(Some(&head(5)), &head(5), events(5..=5)), "nothing happened");
        assert_eq!(numbers(recent.between(3, 5)), Some(vec![4, 5]));
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_newest() {
        let most = REMEMBERED_EVENTS;
        let mut recent = recent(1..=most);
        assert!(!recent.append(Some(&head(most)), &head(most + 2), events(most..=most + 2)));
        assert!(recent.between(1, 3).is_none());
        assert_eq!(recent.between(2, most + 2).map(|events| events.len() as i64), Some(most));
    }
}
