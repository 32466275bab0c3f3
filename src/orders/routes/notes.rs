//! Forms of notes: add, change, remove.

use serde::Deserialize;

use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{Result, Sentence};
use crate::ids::{NoteId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::notes::{AddNote, ChangeNote};

#[derive(Debug, Deserialize)]
pub(super) struct NoteForm {
    #[serde(default)]
    text: String,
}

impl OrderForm for NoteForm {
    type OrderPath = OrderId;
    type Command<'a> = AddNote<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<AddNote<'a>> {
        Ok(AddNote { on, text: self.text.clone() })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangeNoteForm {
    #[serde(default)]
    text: String,
    version: i32,
    /// `yes`: remove the note.
    #[serde(default)]
    remove: String,
}

impl ChangeNoteForm {
    fn removes(&self) -> bool {
        self.remove == "yes"
    }
}

impl OrderForm for ChangeNoteForm {
    type OrderPath = (OrderId, NoteId);
    type Command<'a> = ChangeNote<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, note_id): Self::OrderPath) -> Result<ChangeNote<'a>> {
        let text = (!self.removes()).then(|| self.text.clone());
        Ok(ChangeNote { on, note_id, version: self.version, text })
    }

    fn answer(&self, done: Done) -> Done {
        if self.removes() { done.say(Sentence::new("done.note_removed")) } else { done }
    }
}
