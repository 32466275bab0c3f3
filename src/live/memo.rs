//! Rendered batches, kept for those who ask for the same a moment later: each is rendered once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::render::Rendered;
use super::screen::Screen;
use crate::feed::Head;
use crate::lang::Lang;

/// Batches that are kept.
const MOST: usize = 64;

/// What makes two batches the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub screen: Screen,
    pub lang: Lang,
    /// The first event that touches the screen.
    pub first: i64,
    /// With its tag: another history may have reached the same number.
    pub head: Head,
}

/// A rendering that is made once, by whoever asks first.
pub type Cell = Arc<OnceCell<Arc<Rendered>>>;

#[derive(Debug, Default)]
pub struct Memo {
    kept: Mutex<VecDeque<(Batch, Cell)>>,
}

impl Memo {
    pub fn cell(&self, batch: Batch) -> Cell {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = kept.iter().find(|(known, _)| *known == batch) {
            return cell.clone();
        }
        let cell = Cell::default();
        kept.push_back((batch, cell.clone()));
        if kept.len() > MOST {
            kept.pop_front();
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(first: i64, n: i64, tag: i64, epoch: &str) -> Batch {
        let head = Head { epoch: epoch.into(), n, tag };
        Batch { screen: Screen::Board, lang: Lang::PtBr, first, head }
    }

    #[test]
    fn the_same_batch_is_rendered_once() {
        let memo = Memo::default();
        let cell = memo.cell(batch(7, 9, 1, "a"));
        assert!(Arc::ptr_eq(&cell, &memo.cell(batch(7, 9, 1, "a"))));
    }

    #[test]
    fn heads_of_one_number_and_another_tag_or_epoch_share_no_rendering() {
        let memo = Memo::default();
        let cell = memo.cell(batch(7, 9, 1, "a"));
        let english = Batch { lang: Lang::En, ..batch(7, 9, 1, "a") };
        let people = Batch { screen: Screen::People, ..batch(7, 9, 1, "a") };
        for other in [batch(7, 9, 2, "a"), batch(7, 9, 1, "b"), batch(8, 9, 1, "a"), english, people] {
            assert!(!Arc::ptr_eq(&cell, &memo.cell(other.clone())), "{other:?}");
        }
    }

    #[test]
    fn what_nobody_asked_for_lately_is_forgotten() {
        let memo = Memo::default();
        let first = memo.cell(batch(1, 1, 1, "a"));
        for n in 2..=i64::try_from(MOST).unwrap() + 1 {
            memo.cell(batch(n, n, 1, "a"));
        }
        assert!(!Arc::ptr_eq(&first, &memo.cell(batch(1, 1, 1, "a"))));
    }
}
