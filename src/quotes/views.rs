//! Views of import: the list of drafts and the preview of one.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

use crate::html::format::folded;
use crate::html::{Choice, FieldErrors, Layout, Nav, RenderContext};
use crate::ids::{DraftId, OrderId};
use crate::quotes::MAX_BYTES;

/// Where a draft stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftState {
    /// The checks hold and the form is complete.
    Ready,
    /// The checks hold; shipping, packaging or seller must still be chosen.
    Incomplete,
    /// So many checks do not hold.
    NeedsCorrection(i64),
    /// The checks hold and the form is complete, but somebody should read something first: the sentence says what.
    LookFirst(String),
    /// The same file, or the same customer, date and lines, or an order of this number: the sentence says which.
    Duplicate(String),
}

/// A draft in the list Para conferir.
#[derive(Clone, Debug)]
pub struct DraftRow {
    pub id: DraftId,
    pub file_name: String,
    /// "30567", or None: the quote has no number.
    pub number: Option<String>,
    pub customer: String,
    pub seller: String,
    pub lines: i64,
    /// The amount to pay, written.
    pub payable: String,
    pub at: Timestamp,
    pub importer: String,
    pub version: i32,
    pub state: DraftState,
}

/// One draft: member `draft-ID` of the list `#drafts`, oldest first. Posts to `/quotes/{id}/discard` (`v`).
#[derive(Template)]
#[template(path = "quotes/_draft.html")]
pub struct DraftFragment<'a> {
    pub ctx: RenderContext,
    pub draft: &'a DraftRow,
}

impl HtmlSafe for DraftFragment<'_> {}

impl DraftFragment<'_> {
    fn sort(&self) -> String {
        format!("{:016}{}", self.draft.at.as_microsecond(), self.draft.id.0.simple())
    }

    fn state_class(&self) -> &'static str {
        match self.draft.state {
            DraftState::Ready => "good",
            DraftState::Incomplete => "plain",
            DraftState::NeedsCorrection(_) => "bad",
            DraftState::LookFirst(_) | DraftState::Duplicate(_) => "warn",
        }
    }

    fn state_icon(&self) -> &'static str {
        match self.draft.state {
            DraftState::Ready => "s-ready",
            DraftState::Incomplete => "pencil",
            DraftState::LookFirst(_) => "info",
            DraftState::NeedsCorrection(_) | DraftState::Duplicate(_) => "alert",
        }
    }

    fn state_words(&self) -> String {
        let lang = self.ctx.lang;
        match &self.draft.state {
            DraftState::Ready => lang.t("draft.ready").into_owned(),
            DraftState::Incomplete => lang.t("draft.incomplete").into_owned(),
            DraftState::NeedsCorrection(problems) => lang.count("draft.problems", *problems),
            DraftState::LookFirst(sentence) | DraftState::Duplicate(sentence) => sentence.clone(),
        }
    }
}

/// What became of a file that was uploaded without script.
#[derive(Clone, Debug)]
pub struct UploadResult {
    pub file_name: String,
    /// Why the file was refused; None: it became a draft.
    pub refusal: Option<String>,
}

/// `/quotes`. Posts multipart to `/quotes`: `file` (several).
#[derive(Template)]
#[template(path = "quotes/import.html")]
pub struct ImportPage<'a> {
    pub layout: &'a Layout,
    /// Oldest first.
    pub drafts: &'a [DraftRow],
    pub results: &'a [UploadResult],
}

impl ImportPage<'_> {
    /// What a press on "confirm all" confirms: these drafts, as they are shown.
    fn ready(&self) -> Vec<String> {
        let ready = self.drafts.iter().filter(|draft| draft.state == DraftState::Ready);
        ready.map(|draft| format!("{}:{}", draft.id, draft.version)).collect()
    }

    fn nav(&self) -> Nav {
        Nav::Quotes
    }

    /// The script refuses a larger file before it is sent.
    fn most_bytes(&self) -> usize {
        MAX_BYTES
    }

    fn draft<'d>(&self, draft: &'d DraftRow) -> DraftFragment<'d> {
        DraftFragment { ctx: self.layout.ctx, draft }
    }
}

/// A value of the paper that may be corrected. `name` is its form field.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub name: String,
    /// What the reader took from the paper, written.
    pub read: String,
    /// What counts now: the correction, or what was read.
    pub value: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl Cell {
    pub fn is_corrected(&self) -> bool {
        self.value != self.read
    }

    pub fn needs_input(&self) -> bool {
        self.problem.is_some() || self.is_corrected()
    }
}

/// A line of the quote. Fields: `line-N-code`, `line-N-description`, `line-N-unit`, `line-N-quantity`,
/// `line-N-unit_price`, `line-N-total`, N the line's name: `3` as it was read, `p2` for what was not, `n1` for one that
/// was added.
#[derive(Clone, Debug)]
pub struct PreviewLine {
    pub name: String,
    /// Its place in the quote, from 1; 0: it is not in it yet.
    pub number: i64,
    /// Code, description, unit, quantity, unit price, total.
    pub cells: [Cell; 6],
    /// What does not hold on this line, with the value computed.
    pub problem: Option<String>,
    /// Added by hand: it can be taken away again.
    pub added: bool,
    /// Something on the paper makes it doubtful: it can be taken out.
    pub may_be_dropped: bool,
    /// It was taken out.
    pub dropped: bool,
}

/// Something on the paper that was not read, or not with certainty.
#[derive(Clone, Debug)]
pub struct PreviewLeftover {
    /// Its place among them, from 1; its line is named `p` and this.
    pub at: usize,
    pub sentence: String,
    /// Somebody may fill it in as an item.
    pub may_be_an_item: bool,
    /// It is in no cell.
    pub is_apart: bool,
    /// Struck out, or found right.
    pub struck: bool,
    /// "É o item 3"
    pub item: Option<String>,
}

impl PreviewLeftover {
    fn is_open(&self) -> bool {
        !self.struck && self.item.is_none()
    }

    fn icon(&self) -> &'static str {
        if self.is_open() { "alert" } else { "check" }
    }

    fn settle_word(&self) -> &'static str {
        if self.is_apart { "preview.strike" } else { "preview.is_right" }
    }
}

impl PreviewLine {
    fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.cells.iter().any(|cell| cell.problem.is_some())
    }

    /// Its amounts do not hold: its cells are open.
    fn is_miscounted(&self) -> bool {
        self.problem.is_some() && !self.may_be_dropped
    }

    fn is_corrected(&self) -> bool {
        self.cells.iter().any(Cell::is_corrected)
    }
}

/// A check that does not hold, for the summary; `anchor` is the id of the element it is about.
#[derive(Clone, Debug)]
pub struct PreviewProblem {
    /// `line-3`, `total`, `discount`, `payable`, `number`, …
    pub anchor: String,
    pub sentence: String,
}

/// An order that this quote changes, or that stands in its way.
#[derive(Clone, Debug, Default)]
pub struct ExistingOrder {
    pub id: OrderId,
    /// "O pedido 30567 já está aberto"
    pub sentence: String,
    /// Why the quote cannot be applied; None: it can.
    pub blocked: Option<String>,
    /// The order is finished: the way to reopen it is shown.
    pub reopen: bool,
    /// What changes about the order as a whole.
    pub header: Vec<HeaderChange>,
    /// What changes, line by line: the quote's lines in its order, then those it does not have.
    pub changes: Vec<LineChange>,
    /// Lines that stay as they are.
    pub unchanged: i64,
    /// The fingerprint of this difference: the form sends it back as `seen`. None: there is none to show.
    pub seen: Option<String>,
}

/// A value of an order that a newer quote changes.
#[derive(Clone, Debug)]
pub struct HeaderChange {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// A line of the difference between an open order and a newer quote.
#[derive(Clone, Debug)]
pub struct LineChange {
    pub reference: String,
    /// The description without the reference.
    pub description: String,
    /// None: the line is new.
    pub before: Option<String>,
    /// None: the line leaves.
    pub after: Option<String>,
    /// What somebody has to do or to know, e.g. "Devolver 3".
    pub notes: Vec<String>,
}

/// A shipping option and the ids of the packaging it allows.
#[derive(Clone, Debug)]
pub struct ShippingChoice {
    pub value: String,
    pub name: String,
    /// Ids separated by spaces.
    pub allows: String,
    pub makes_urgent: bool,
}

/// What was chosen so far.
#[derive(Clone, Debug, Default)]
pub struct PreviewForm {
    pub shipping: Option<String>,
    pub packaging: Option<String>,
    /// The seller's person id.
    pub seller: Option<String>,
    pub remember_alias: bool,
    pub note: String,
    pub reason: String,
    /// The id of the order that this quote takes the place of; None: a new order.
    pub replaces: Option<String>,
}

/// `/quotes/{id}`. One form, posted to `/quotes/{id}/save` or `/quotes/{id}/confirm`: the cells (`number`,
/// `customer_code`, `customer`, `date`, `total`, `discount`, `payable`, `line-N-…`; only those that have an input
/// are sent), `shipping`, `packaging`, `seller` (ids), `remember_alias` (`yes`), `note`, `replaces` (an order's id
/// or empty), `seen` (the difference that was shown), `reason` (administrators, an inconsistent paper), `version`, `v`.
/// The buttons `strike=N` and `restore=N` settle the Nth leftover and take that back; `add=yes` adds an empty line below
/// the item of the number `add_after`, `remove=n1` takes it away;
/// `drop=3` takes a doubtful item out, `keep=3` takes that back.
/// The button `later=yes` saves and leads to the list, `later=next` to the draft below this one; so does `then=next` after confirming.
/// The button `edit=N` saves and comes back as `?line=N#line-N` (`edit=head`: `?line=head`), `compare=yes` as `#existing-title`; the button that discards posts to `/quotes/{id}/discard`.
#[derive(Template)]
#[template(path = "quotes/preview.html")]
pub struct PreviewPage<'a> {
    pub layout: &'a Layout,
    pub id: DraftId,
    /// The draft's version: two editors never overwrite each other.
    pub version: i32,
    pub file_name: &'a str,
    pub importer: &'a str,
    pub at: Timestamp,
    /// number, customer_code, customer, date.
    pub head: &'a [Cell],
    /// The seller's name on the paper.
    pub seller_read: &'a str,
    pub lines: &'a [PreviewLine],
    /// total, discount, payable.
    pub totals: &'a [Cell],
    pub problems: &'a [PreviewProblem],
    /// What was not read and has to be settled, or is.
    pub leftovers: &'a [PreviewLeftover],
    /// Things to know that stop nothing: a discount, a code that stands twice, an identical file.
    pub notices: &'a [String],
    /// The order of the same number, or the one that the quote takes the place of.
    pub existing: Option<&'a ExistingOrder>,
    /// Open orders of the same customer that this quote could take the place of: id and "#30567".
    pub replaceable: &'a [Choice],
    pub shippings: &'a [ShippingChoice],
    pub packagings: &'a [Choice],
    pub sellers: &'a [Choice],
    pub form: &'a PreviewForm,
    pub errors: &'a FieldErrors,
    /// The page's text, line by line, as it was read.
    pub text: &'a [String],
    /// The line (its number) or `head` whose cells are opened for correction.
    pub editing: Option<&'a str>,
    /// Whoever looks may confirm an inconsistent paper with a reason.
    pub may_override: bool,
    /// Why a confirmation was refused: something else is true by now.
    pub conflict: Option<&'a str>,
}

impl PreviewPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Quotes
    }

    /// An open order is chosen that this quote takes the place of.
    fn replaces_one(&self) -> bool {
        self.replaceable.iter().any(|order| self.is_chosen(&self.form.replaces, &order.value))
    }

    /// "Orçamento 30567"
    fn title(&self) -> String {
        let lang = self.layout.ctx.lang;
        let number = self.head.iter().find(|cell| cell.name == "number").map_or("", |cell| &*cell.value);
        match number {
            "" | "0" => lang.t("order.no_number").into_owned(),
            number => format!("{} {number}", lang.t("quote.quote")),
        }
    }

    /// How many lines count, or are being filled in.
    fn items(&self) -> i64 {
        let items = self.lines.iter().filter(|line| !line.dropped).count();
        i64::try_from(items).unwrap_or(i64::MAX)
    }

    fn correct_line(&self, line: &PreviewLine) -> String {
        self.layout.ctx.lang.t_with("preview.correct_line", &[("n", &line.number.to_string())])
    }

    fn may_confirm(&self) -> bool {
        !self.is_blocked() && (self.problems.is_empty() || self.may_override)
    }

    /// An order stands in the way: nothing can be confirmed.
    fn is_blocked(&self) -> bool {
        self.existing.is_some_and(|existing| existing.blocked.is_some())
    }

    fn edits_line(&self, line: &PreviewLine) -> bool {
        let opened = self.editing == Some(&*line.name);
        !line.dropped
            && (line.cells.iter().any(|cell| cell.problem.is_some())
                || line.is_corrected()
                || opened
                || line.is_miscounted())
    }

    fn edits_head(&self) -> bool {
        self.editing == Some("head") || self.head.iter().any(Cell::needs_input)
    }

    fn edits_totals(&self) -> bool {
        self.editing == Some("head")
            || self.totals.iter().any(|cell| cell.needs_input() || self.is_wrong_sum(cell))
    }

    /// It cannot be used, or it is not what the lines come to.
    fn is_wrong_sum(&self, cell: &Cell) -> bool {
        cell.problem.is_some() || self.problems.iter().any(|problem| problem.anchor == cell.name)
    }

    fn is_chosen(&self, choice: &Option<String>, value: &str) -> bool {
        choice.as_deref() == Some(value)
    }

    /// The word of a cell: `quote.number`, `quote.unit_price` for `line-3-unit_price`.
    fn label(&self, cell: &Cell) -> String {
        let name = cell.name.rsplit('-').next().unwrap_or_default();
        self.layout.ctx.lang.t(&format!("quote.{name}")).into_owned()
    }

    fn sum_label(&self, cell: &Cell) -> String {
        self.layout.ctx.lang.t(&format!("quote_sum.{}", cell.name)).into_owned()
    }

    fn is_number(&self, cell: &Cell) -> bool {
        ["quantity", "unit_price", "total", "discount", "payable"]
            .iter()
            .any(|name| cell.name.ends_with(name))
    }

    /// The seller was not found by name: whoever is chosen may be remembered for the name on the paper.
    fn asks_alias(&self) -> bool {
        let read = folded(self.seller_read);
        !read.is_empty() && !self.sellers.iter().any(|seller| folded(&seller.name) == read)
    }
}
