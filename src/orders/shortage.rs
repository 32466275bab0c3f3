//! What an entry of the history means for the records of shortages. Pure.

use rust_decimal::Decimal;

use super::history::LineChange;
use super::item::{ItemState, RestState};
use crate::ids::ItemId;

/// Why units are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// They are not on the shelf.
    Short,
    /// They cannot be bought.
    NotFound,
}

impl Cause {
    pub fn code(self) -> &'static str {
        match self {
            Cause::Short => "short",
            Cause::NotFound => "not_found",
        }
    }

    /// The cause for the units of a line that wait for an answer; None: no unit does.
    fn of(line: &ItemState) -> Option<Self> {
        let short = line.rest_state == RestState::Short;
        (!line.unanswered.is_zero()).then_some(if short { Cause::Short } else { Cause::NotFound })
    }
}

/// What becomes of a line's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nobody has to answer any more.
    Close,
    Open {
        units: Decimal,
        cause: Cause,
    },
    /// The record is about that many units from now on.
    Count {
        units: Decimal,
    },
}

/// The steps of one line, in their order.
pub fn steps(change: &LineChange) -> Vec<(ItemId, Step)> {
    let (before, after) = (Cause::of(&change.before), Cause::of(&change.after));
    let units = change.after.unanswered;
    let steps = match (before, after) {
        (None, None) => vec![],
        (Some(_), None) => vec![Step::Close],
        (None, Some(cause)) => vec![Step::Open { units, cause }],
        (Some(one), Some(other)) if one != other => vec![Step::Close, Step::Open { units, cause: other }],
        (Some(_), Some(_)) if change.before.unanswered == units => vec![],
        (Some(_), Some(_)) => vec![Step::Count { units }],
    };
    steps.into_iter().map(|step| (change.item, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::item::{Answer, Decision, ItemRefusal, Reason};

    fn becomes(decision: Result<Decision, ItemRefusal>) -> ItemState {
        match decision {
            Ok(Decision::Becomes(state)) => state,
            other => panic!("expected a change, got {other:?}"),
        }
    }

    #[test]
    fn a_record_opens_counts_and_closes_with_its_line() {
        let units = Decimal::from;
        let whole = ItemState::new(units(10));
        let missing = becomes(becomes(whole.request_purchase()).mark_not_found(units(4)));
        let short = becomes(missing.mark_short(&Reason::text("stock")));
        let found = becomes(short.pick(units(3)));
        let answered = becomes(found.answer(units(7), &Answer::Without));
        let told = |before: &ItemState, after: &ItemState| {
            let (before, after) = (before.clone(), after.clone());
            let change = LineChange { item: ItemId::new(), before, after };
            steps(&change).into_iter().map(|(_, step)| step).collect::<Vec<_>>()
        };
        let open = |n, cause| Step::Open { units: units(n), cause };
        assert_eq!(told(&whole, &missing), [open(4, Cause::NotFound)]);
        assert_eq!(told(&missing, &short), [Step::Close, open(10, Cause::Short)]);
        assert_eq!(told(&short, &found), [Step::Count { units: units(7) }]);
        assert_eq!(told(&found, &answered), [Step::Close]);
        assert_eq!(told(&answered, &whole), []);
    }
}
