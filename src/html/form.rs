//! Parts of forms and lists: field errors, choices, pagers.

/// Sentences for fields that were not accepted, by field name. Empty on a fresh form.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(pub Vec<(String, String)>);

impl FieldErrors {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the sentence for a field.
    pub fn push(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push((field.to_owned(), sentence.into()));
    }

    /// What to say beside a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }
}

/// An option of a `<select>` or a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub name: String,
}

/// Which part of a long list is shown. Pages count from 1.
#[derive(Clone, Copy, Debug)]
pub struct Pager {
    pub page: i64,
    pub per_page: i64,
    pub total: i64,
}

impl Pager {
    /// The requested page, or the nearest one: the list may be shorter by now.
    pub fn new(page: i64, per_page: i64, total: i64) -> Self {
        let all = Self { page: 1, per_page, total };
        Self { page: page.clamp(1, all.pages()), ..all }
    }

    /// Entries on the pages before this one.
    pub fn skipped(&self) -> i64 {
        (self.page - 1) * self.per_page
    }

    pub fn pages(&self) -> i64 {
        ((self.total + self.per_page - 1) / self.per_page).max(1)
    }

    pub fn first(&self) -> i64 {
        (self.skipped() + 1).min(self.total)
    }

    pub fn last(&self) -> i64 {
        (self.page * self.per_page).min(self.total)
    }

    pub fn previous(&self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    pub fn next(&self) -> Option<i64> {
        (self.page < self.pages()).then(|| self.page + 1)
    }
}
