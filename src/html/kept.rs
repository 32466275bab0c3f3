//! What companies have set, read once and shared by key.
//!
//! A render copies its context for every fragment, so the context holds keys. A key lives as long as a request: whoever
//! lives longer holds the text, and asks for its key each time. Of the texts that were used least lately, those beyond a
//! bound are forgotten, or a company that edits its settings again and again would fill the memory.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Texts of one kind that are kept: far more than companies that are at work at the same time.
pub const MOST: usize = 4096;

/// What is read from a company's settings.
pub trait Setting: Sized + 'static {
    /// Where they are kept.
    fn texts() -> &'static Texts<Self>;

    /// That of a company that has set nothing.
    fn unset() -> Self;
}

/// The key of a setting.
pub struct Kept<T> {
    key: u64,
    setting: PhantomData<fn() -> T>,
}

impl<T: Setting> Kept<T> {
    /// The key of a text; `read` is called where it was not read before.
    pub fn of(text: &str, read: impl FnOnce() -> T) -> Self {
        Self { key: T::texts().key(text, read), setting: PhantomData }
    }

    pub fn get(self) -> Arc<T> {
        T::texts().get(self.key).unwrap_or_else(|| {
            // Thousands of other texts were used since this key was: a request does not last that long.
            tracing::error!("a company's settings were forgotten while they were used");
            Arc::new(T::unset())
        })
    }
}

// Derived, they would ask the same of the setting.
impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T> Eq for Kept<T> {}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.key)
    }
}

/// Texts and what was read from them.
pub struct Texts<T> {
    most: usize,
    /// Counts uses: what was used later has a greater one.
    uses: AtomicU64,
    table: RwLock<Table<T>>,
}

struct Table<T> {
    keys: HashMap<Arc<str>, u64>,
    read: HashMap<u64, Read<T>>,
    next: u64,
}

struct Read<T> {
    text: Arc<str>,
    setting: Arc<T>,
    last_use: AtomicU64,
}

impl<T> Texts<T> {
    pub fn new(most: usize) -> Self {
        let table = Table { keys: HashMap::new(), read: HashMap::new(), next: 0 };
        Self { most, uses: AtomicU64::new(0), table: RwLock::new(table) }
    }

    fn key(&self, text: &str, read: impl FnOnce() -> T) -> u64 {
        if let Some(key) = self.find(text) {
            return key;
        }
        let setting = Arc::new(read());
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have read it meanwhile.
        if let Some(key) = table.keys.get(text) {
            return *key;
        }
        if table.read.len() >= self.most {
            table.forget((self.most / 4).max(1));
        }
        let (key, text) = (table.next, Arc::<str>::from(text));
        table.next += 1;
        table.keys.insert(text.clone(), key);
        table.read.insert(key, Read { text, setting, last_use: AtomicU64::new(self.tick()) });
        key
    }

    fn find(&self, text: &str) -> Option<u64> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let key = *table.keys.get(text)?;
        table.read.get(&key)?.last_use.store(self.tick(), Ordering::Relaxed);
        Some(key)
    }

    fn get(&self, key: u64) -> Option<Arc<T>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let read = table.read.get(&key)?;
        read.last_use.store(self.tick(), Ordering::Relaxed);
        Some(read.setting.clone())
    }

    fn tick(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.table.read().unwrap_or_else(PoisonError::into_inner).read.len()
    }
}

impl<T> Table<T> {
    /// Forgets so many of those that were not used for longest.
    fn forget(&mut self, count: usize) {
        let mut uses: Vec<(u64, u64)> =
            self.read.iter().map(|(key, read)| (read.last_use.load(Ordering::Relaxed), *key)).collect();
        uses.sort_unstable();
        for (_, key) in uses.into_iter().take(count) {
            if let Some(read) = self.read.remove(&key) {
                self.keys.remove(&read.text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten_and_read_again() {
        let texts = Texts::new(4);
        let length = |text: &str| texts.key(text, || text.len());
        let first = length("a");
        let others = ["bb", "ccc", "dddd"].map(length);
        assert_eq!(length("a"), first, "a text has one key");
        let fifth = length("eeeee");
        assert_eq!(texts.count(), 4);
        assert_eq!(texts.get(others[0]), None, "of the four that were there it was used first");
        assert_eq!(
            [first, others[1], fifth].map(|key| texts.get(key).as_deref().copied()),
            [1, 3, 5].map(Some)
        );
        let again = length("bb");
        assert_ne!(again, others[0], "a key that was forgotten never means another text");
        assert_eq!(texts.get(again).as_deref(), Some(&2));
    }

    #[test]
    fn a_company_that_edits_its_settings_for_ever_fills_no_memory() {
        let texts = Texts::new(8);
        let kept: Vec<u64> = (0..1000).map(|n| texts.key(&format!("version {n}"), || n)).collect();
        assert!(texts.count() <= 8, "{}", texts.count());
        assert_eq!(texts.get(kept[999]).as_deref(), Some(&999));
    }
}
