//! Pairs the lines of a newer quote with those of the order.

use super::NewerLine;
use crate::orders::history::Snapshot;
use crate::orders::model::Item;

/// In what two lines agree; the surest comes first.
#[derive(Clone, Copy, Debug)]
enum Alike {
    CodeAndDescription,
    /// The same product, its text was edited.
    Code,
    Place,
}

impl Alike {
    fn are(self, one: &Snapshot, other: &Snapshot) -> bool {
        match self {
            Alike::CodeAndDescription => one.code == other.code && one.description == other.description,
            Alike::Code => one.code == other.code,
            Alike::Place => one.position == other.position,
        }
    }
}

/// For each line of the quote the line of the order that it is, and the lines that the quote does not have.
///
/// Goods picked as one product never count for another: lines that agree in their place alone are the same only
/// while nobody has touched the one in the order.
pub(super) fn pair<'a>(items: &'a [Item], wanted: &[NewerLine]) -> (Vec<Option<&'a Item>>, Vec<&'a Item>) {
    let mut pairs: Vec<Option<&Item>> = vec![None; wanted.len()];
    let mut free: Vec<(&Item, Snapshot)> = items.iter().map(|item| (item, Snapshot::of(item))).collect();
    for alike in [Alike::CodeAndDescription, Alike::Code, Alike::Place] {
        for at in 0..wanted.len() {
            if pairs[at].is_some() {
                continue;
            }
            let rivals = (at..wanted.len())
                .filter(|other| {
                    pairs[*other].is_none() && alike.are(&wanted[*other].snapshot, &wanted[at].snapshot)
                })
                .count();
            if let Some(index) = choose(&free, alike, &wanted[at].snapshot, rivals) {
                pairs[at] = Some(free.remove(index).0);
            }
        }
    }
    (pairs, free.into_iter().map(|(item, _)| item).collect())
}

/// The first that is alike; where the quote has fewer of them than the order, lines that nobody has touched are
/// passed over, so that as little as possible goes back to the shelf.
fn choose(free: &[(&Item, Snapshot)], alike: Alike, line: &Snapshot, rivals: usize) -> Option<usize> {
    let touched = |index: usize| !free[index].0.state.is_untouched();
    let candidates: Vec<usize> = (0..free.len())
        .filter(|index| alike.are(&free[*index].1, line))
        .filter(|index| !(matches!(alike, Alike::Place) && touched(*index)))
        .collect();
    let spare = candidates.len().saturating_sub(rivals);
    let passed_over = candidates.iter().take(spare).take_while(|index| !touched(**index)).count();
    candidates.get(passed_over).copied()
}
