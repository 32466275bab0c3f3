//! What all views share: formatting, the layout, and the words of the script.
//!
//! Pages and fragments are askama structs in each slice's `views.rs`. A fragment is a struct of its own; its page
//! holds it as a field and prints it with `{{ … }}`, so page and frame carry the same bytes.

pub(crate) mod calendar;
mod countdown;
pub(crate) mod form;
pub(crate) mod format;
mod kept;
pub(crate) mod layout;
pub(crate) mod look;
pub(crate) mod number;
pub(crate) mod reasons;
mod refused_form;
pub(crate) mod render_context;
pub(crate) mod schedule;
pub(crate) mod text;
mod words;

pub use calendar::{Spent, WorkCalendar};
pub use form::{Choice, FieldErrors, Pager};
pub use format::folded;
pub use kept::Kept;
pub use layout::{Drawn, FramedPage, Layout, Nav, SharedDevice, SignedIn};
pub use look::{Look, PictureFacts};
pub use reasons::{OTHER_REASON, Reasons, ShortageReason, USUAL_REASONS};
pub use refused_form::{FieldError, FormState, RefusedForm};
pub use render_context::{Gone, RenderContext};
pub use schedule::{Hours, Opening, Schedule};
