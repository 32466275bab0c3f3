//! The viewer of a screen.

use uuid::Uuid;

use crate::actor::{Actor, Wall};
use crate::feed::{Event, EventKind};
use crate::ids::{PersonId, SessionId, WallId};

/// A person with a session, or a screen on a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Person { id: PersonId, session_id: SessionId },
    Wall(WallId),
}

impl From<&Actor> for Viewer {
    fn from(actor: &Actor) -> Self {
        Viewer::Person { id: actor.person_id, session_id: actor.session.id }
    }
}

impl From<&Wall> for Viewer {
    fn from(wall: &Wall) -> Self {
        Viewer::Wall(wall.id)
    }
}

impl Viewer {
    /// What screens are counted by.
    pub fn key(self) -> Uuid {
        match self {
            Viewer::Person { id, .. } => id.0,
            Viewer::Wall(id) => id.0,
        }
    }

    pub fn person_id(self) -> Option<PersonId> {
        match self {
            Viewer::Person { id, .. } => Some(id),
            Viewer::Wall(_) => None,
        }
    }

    /// Whether the event may have ended what the viewer may see. An event does not say which wall was revoked: there are
    /// few. Nor does it say that a company was closed, but that ends the sessions of its people.
    pub fn may_lose_access(self, event: &Event) -> bool {
        match self {
            Viewer::Person { id, .. } => {
                event.kind == Some(EventKind::AccessChanged) && event.person_id == Some(id)
            }
            Viewer::Wall(_) => {
                matches!(event.kind, Some(EventKind::WallsChanged | EventKind::AccessChanged))
            }
        }
    }

    /// Whether a page from before the event may offer what its viewer may not do any more, lack what he or she may, or
    /// have colours that he or she did not choose.
    pub fn needs_another_page(self, event: &Event) -> bool {
        let concerned = self.person_id().is_some() && event.person_id == self.person_id();
        concerned && event.kind.is_some_and(EventKind::concerns_one_person)
    }
}
