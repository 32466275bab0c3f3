//! A cache that computes a value once for concurrent callers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::error::Result;

/// Results by key. Concurrent callers of one key wait for a single computation; a failure is not
/// kept, so that the next caller tries again. The oldest results are evicted.
#[derive(Debug)]
pub struct Memo<K, V> {
    most: usize,
    cells: Mutex<VecDeque<(K, Cell<V>)>>,
}

type Cell<V> = Arc<OnceCell<Arc<V>>>;

impl<K: PartialEq, V> Memo<K, V> {
    /// Keeps `most` results.
    pub fn new(most: usize) -> Self {
        Self { most, cells: Mutex::default() }
    }

    /// The result for a key, made now if there is none.
    pub async fn get<F>(&self, key: K, make: impl FnOnce() -> F) -> Result<Arc<V>>
    where
        F: Future<Output = Result<V>>,
    {
        let cell = self.cell(key);
        let made = cell.get_or_try_init(async || make().await.map(Arc::new)).await?;
        Ok(made.clone())
    }

    fn cell(&self, key: K) -> Cell<V> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = cells.iter().find(|(known, _)| *known == key) {
            return cell.clone();
        }
        let cell = Cell::default();
        cells.push_back((key, cell.clone()));
        if cells.len() > self.most {
            cells.pop_front();
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::AppError;

    #[tokio::test]
    async fn a_result_is_made_once_and_a_failure_is_not_kept() {
        let memo: Memo<&str, usize> = Memo::new(2);
        let made = AtomicUsize::new(0);
        let make = async || Ok(made.fetch_add(1, Ordering::Relaxed));
        assert!(memo.get("a", async || Err(AppError::NotFound)).await.is_err());
        assert_eq!(*memo.get("a", make).await.unwrap(), 0);
        assert_eq!(*memo.get("a", make).await.unwrap(), 0);
        assert_eq!(*memo.get("b", make).await.unwrap(), 1);
        assert_eq!(*memo.get("c", make).await.unwrap(), 2);
        assert_eq!(*memo.get("a", make).await.unwrap(), 3, "the oldest had given way");
    }
}
