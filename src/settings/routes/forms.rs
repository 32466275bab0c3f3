//! Forms that several pages of settings have, and how a command of settings is answered.

use serde::Deserialize;

use crate::command::{self, Command, Done, Tap};
use crate::error::{Result, Sentence};
use crate::extract::YesNo;
use crate::state::AppState;

/// A new entry of a list, or another name for one.
#[derive(Debug, Deserialize)]
pub struct NameForm {
    /// The version that the form was read with; none in the form of a new entry.
    #[serde(default)]
    pub version: i64,
    #[serde(default)]
    name: String,
}

impl NameForm {
    pub fn name(&self) -> String {
        self.name.trim().to_owned()
    }
}

/// Whether forms offer an entry.
#[derive(Debug, Deserialize)]
pub struct HiddenForm {
    hidden: YesNo,
}

impl HiddenForm {
    pub fn hidden(&self) -> bool {
        matches!(self.hidden, YesNo::Yes)
    }
}

/// Where an entry stands in its list.
#[derive(Debug, Deserialize)]
pub struct PlaceForm {
    /// From 1 on.
    pub place: usize,
}

/// Runs a command; the answer leads to `page` and says the sentence of `key`.
pub async fn run<T: Sync>(
    state: &AppState,
    tap: &Tap<T>,
    command: &impl Command<Output = ()>,
    page: &'static str,
    key: &'static str,
) -> Result<Done> {
    let outcome = command::run(state, tap, command).await?;
    Ok(Done::new(&outcome, page).say(Sentence::new(key)))
}
