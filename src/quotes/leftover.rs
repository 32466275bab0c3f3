//! Text on the paper that belongs to no cell of the quote.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// What kind of thing on the paper was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftoverKind {
    /// A line between the table's head and the totals that is no item, or none that can be read whole.
    Line,
    /// Text beside an item of which it is not certain that it belongs there.
    Beside,
    /// A further line that was joined to an item's description, or to a name, without being certain to belong there.
    Joined,
    /// The header says this twice, differently, or in an unusual place.
    Header,
    /// Text that nobody sees: without paint, white on white, below a patch, clipped away.
    Hidden,
    /// Somebody's comment, stamp, drawing or deletion over the paper.
    Comment,
    /// A form field that is filled in.
    Field,
    /// All text of a page was recognised from its picture.
    Recognised,
    /// A mark across the paper, or a large one below its text.
    Mark,
    /// Text below the totals that looks like an item.
    BelowTotals,
    /// Text off the sheet.
    OffSheet,
    /// A line is struck out: a stroke runs through it.
    Struck,
    /// A picture lies over or between the items, or letters are drawn there that are no text; the text is the page.
    Picture,
    /// A picture lies behind the items; the text is the page.
    Background,
    /// The date is of a year that no quote is of.
    Date,
    /// Text that stands askew, or large over the paper: somebody wrote or stamped it there.
    Askew,
    /// Text below the totals that is none of what usually stands there.
    Below,
    /// A picture or a drawing below the totals.
    Stamp,
    /// The paper says that it, or something on it, counts no longer.
    Warning,
    /// The table has a column that nobody knows here.
    Column,
    /// The header lacks a label that each paper has.
    Label,
}

/// Something that was not read, and where: what stops the import waits for a person to complete, correct or strike out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub kind: LeftoverKind,
    pub text: String,
    /// The item it concerns, or below which it stands; 0: above the first, or somewhere else.
    #[serde(default)]
    pub line: u32,
}

impl LeftoverKind {
    pub const ALL: [LeftoverKind; 21] = [
        LeftoverKind::Line,
        LeftoverKind::Beside,
        LeftoverKind::Joined,
        LeftoverKind::Header,
        LeftoverKind::Hidden,
        LeftoverKind::Comment,
        LeftoverKind::Field,
        LeftoverKind::Recognised,
        LeftoverKind::Mark,
        LeftoverKind::BelowTotals,
        LeftoverKind::OffSheet,
        LeftoverKind::Struck,
        LeftoverKind::Picture,
        LeftoverKind::Background,
        LeftoverKind::Date,
        LeftoverKind::Askew,
        LeftoverKind::Below,
        LeftoverKind::Stamp,
        LeftoverKind::Warning,
        LeftoverKind::Column,
        LeftoverKind::Label,
    ];

    /// Whether the import waits for a person to settle it; what does not is only pointed out.
    pub fn stops(self) -> bool {
        !matches!(
            self,
            LeftoverKind::Mark
                | LeftoverKind::BelowTotals
                | LeftoverKind::OffSheet
                | LeftoverKind::Background
        )
    }

    /// Whether it may be an item that somebody completes by hand.
    pub fn may_be_an_item(self) -> bool {
        matches!(self, LeftoverKind::Line | LeftoverKind::Hidden)
    }

    /// Whether its text is in no cell. Then settling it means to strike it out, else to find right what was read.
    pub fn is_apart(self) -> bool {
        matches!(
            self,
            LeftoverKind::Line
                | LeftoverKind::Hidden
                | LeftoverKind::Comment
                | LeftoverKind::Field
                | LeftoverKind::Picture
                | LeftoverKind::Askew
                | LeftoverKind::Below
                | LeftoverKind::Stamp
        )
    }

    /// Whether it may be settled by dropping the item that it names.
    pub fn may_drop_its_item(self) -> bool {
        matches!(self, LeftoverKind::Struck | LeftoverKind::Beside)
    }

    fn code(self) -> &'static str {
        match self {
            LeftoverKind::Line => "line",
            LeftoverKind::Beside => "beside",
            LeftoverKind::Joined => "joined",
            LeftoverKind::Header => "header",
            LeftoverKind::Hidden => "hidden",
            LeftoverKind::Comment => "comment",
            LeftoverKind::Field => "field",
            LeftoverKind::Recognised => "recognised",
            LeftoverKind::Mark => "mark",
            LeftoverKind::BelowTotals => "below_totals",
            LeftoverKind::OffSheet => "off_sheet",
            LeftoverKind::Struck => "struck",
            LeftoverKind::Picture => "picture",
            LeftoverKind::Background => "background",
            LeftoverKind::Date => "date",
            LeftoverKind::Askew => "askew",
            LeftoverKind::Below => "below",
            LeftoverKind::Stamp => "stamp",
            LeftoverKind::Warning => "warning",
            LeftoverKind::Column => "column",
            LeftoverKind::Label => "label",
        }
    }
}

impl Leftover {
    pub fn new(kind: LeftoverKind, text: impl Into<String>, line: usize) -> Self {
        Self { kind, text: text.into(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// What was found, for a person.
    pub fn sentence(&self, lang: Lang) -> String {
        let of_item = self.kind == LeftoverKind::Struck && self.line > 0;
        let key = format!("quotes.leftover.{}{}", self.kind.code(), if of_item { "_item" } else { "" });
        lang.t_with(&key, &[("text", &self.text), ("line", &self.line.to_string())])
    }
}
