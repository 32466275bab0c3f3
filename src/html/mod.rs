//! What every screen shares: how values are written, the frame around a page, and the words the script needs.
//!
//! Pages and fragments are askama structs in each slice's `views.rs`. A fragment is a struct of its own; its page
//! holds it as a field and prints it with `{{ … }}`, so page and frame carry the same bytes.

pub(crate) mod calendar;
pub(crate) mod form;
pub(crate) mod format;
pub(crate) mod layout;
pub(crate) mod number;
pub(crate) mod render_context;
pub(crate) mod text;
mod words;

pub use calendar::{Spent, WorkCalendar};
pub use form::{Choice, FieldErrors, Pager};
pub use format::folded;
pub use layout::{Drawn, FramedPage, Layout, Nav, SharedDevice, SignedIn};
pub use render_context::{Gone, RenderContext};
