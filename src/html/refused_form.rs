//! A refused form, shown again to a browser without script: what was typed into it, and what is wrong with it.

use std::borrow::Borrow;
use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

use super::FieldErrors;

/// What was sent, and why it was refused.
#[derive(Clone, Debug, Default)]
pub struct RefusedForm {
    /// The form's address below that of its page: `cancel`, `notes`, `items/ID/short`.
    pub form: String,
    pub typed: Vec<(String, String)>,
    pub errors: FieldErrors,
    pub sentence: String,
}

/// What each form of a page asks, by its address, for its own fields. None on a page that answers no refused form.
#[derive(Clone, Copy, Debug, Default)]
pub struct FormState<'a>(pub Option<&'a RefusedForm>);

impl<'a> FormState<'a> {
    /// The sentence above the page.
    pub fn sentence(&self) -> Option<&'a str> {
        self.0.map(|refused| refused.sentence.as_str())
    }

    pub fn is(&self, form: impl AsRef<str>) -> bool {
        self.of(form).is_some()
    }

    fn of(&self, form: impl AsRef<str>) -> Option<&'a RefusedForm> {
        self.0.filter(|refused| refused.form == form.as_ref())
    }

    /// What was typed into a field.
    pub fn typed(&self, form: impl AsRef<str>, field: &str) -> Option<&'a str> {
        let typed = &self.of(form)?.typed;
        typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// The value of a field: what was typed, else what is set.
    pub fn value(&self, form: impl AsRef<str>, field: &str, set: impl Display) -> String {
        self.typed(form, field).map_or_else(|| set.to_string(), str::to_owned)
    }

    /// Whether an option is the chosen one; `current` where nothing was sent.
    pub fn chooses(&self, form: impl AsRef<str>, field: &str, option: impl Display, current: bool) -> bool {
        self.typed(form, field).map_or(current, |typed| typed == option.to_string())
    }

    /// Whether a box is ticked; `current` where nothing was sent. Browsers send nothing for a box without a tick.
    pub fn ticks(
        &self,
        form: impl AsRef<str>,
        field: &str,
        option: impl Display,
        current: impl Borrow<bool>,
    ) -> bool {
        let option = option.to_string();
        self.of(form).map_or(*current.borrow(), |refused| {
            refused.typed.iter().any(|(name, value)| name == field && *value == option)
        })
    }

    /// The class of a field that was not accepted.
    pub fn wrong(&self, form: impl AsRef<str>, field: &str) -> &'static str {
        if self.said(form, field).0.is_some() { " wrong" } else { "" }
    }

    /// The sentence beside a field.
    pub fn said(&self, form: impl AsRef<str>, field: &str) -> FieldError<'a> {
        FieldError(self.of(form).and_then(|again| again.errors.of(field)))
    }
}

#[derive(Template)]
#[template(
    source = r#"{% if let Some(text) = self.0 %}<em class="error">{{ text }}</em>{% endif %}"#,
    ext = "html"
)]
pub struct FieldError<'a>(Option<&'a str>);

impl HtmlSafe for FieldError<'_> {}
