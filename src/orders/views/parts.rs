//! The pieces of the picking screen that change on their own. Each is a fragment: one element, one template.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::refused_form::FormState;
use crate::feed::EventKind;
use crate::html::RenderContext;
use crate::html::format::{folded, plain_quantity};
use crate::ids::OrderId;
use crate::lang::Lang;
use crate::orders::history::Told;
use crate::orders::item::{ItemGroup, ItemStatus, Reason, SHORT_REASONS};
use crate::orders::model::{Item, Note, OrderSummary, RevisedCounts, TimelineEntry};
use crate::orders::status::OrderState;

/// A reason as people read it: the word of a code of [`SHORT_REASONS`] and what was added; "other" says nothing that the
/// text does not.
pub fn reason_words(lang: Lang, reason: &Reason) -> String {
    let known = reason.code.as_deref().filter(|code| SHORT_REASONS.contains(code));
    let word = |code: &str| lang.t(&format!("short_reason.{code}")).into_owned();
    match (known, reason.text.as_deref()) {
        (None | Some("other"), Some(text)) => text.to_owned(),
        (Some(code), Some(text)) => format!("{}: {text}", word(code)),
        (code, None) => word(code.unwrap_or("other")),
    }
}

/// The sticky line: number, customer, status, progress. `#order-bar`; changes with every pick.
#[derive(Template)]
#[template(path = "orders/_bar.html")]
pub struct BarFragment<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
}

impl HtmlSafe for BarFragment<'_> {}

impl BarFragment<'_> {
    /// How many lines have units that must go back to the shelf.
    fn to_shelf(&self) -> i64 {
        self.order.counts.to_shelf(self.order.state)
    }
}

/// The order's facts and what can be done with it as a whole. `#order-head`; changes with urgent, shipping, closing.
///
/// Posts to `/orders/{id}/urgent` (`urgent`: `yes` or `no`, `v`).
#[derive(Template)]
#[template(path = "orders/_head.html")]
pub struct HeadFragment<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
}

impl HtmlSafe for HeadFragment<'_> {}

impl HeadFragment<'_> {
    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    /// A finished order is reopened, a canceled one is restored.
    fn reopen_key(&self) -> &'static str {
        if self.order.state == OrderState::Canceled { "order.restore_button" } else { "order.reopen_button" }
    }
}

/// The order's notes with the forms to add, change and remove one. `#order-notes`.
///
/// Posts to `/orders/{id}/notes` (`text`, `v`) and `/orders/{id}/notes/{note}` (`text`, `version`, `v`; the button
/// `remove=yes` removes the note instead).
#[derive(Template)]
#[template(path = "orders/_notes.html")]
pub struct NotesFragment<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
    pub given: FormState<'a>,
}

impl HtmlSafe for NotesFragment<'_> {}

impl NotesFragment<'_> {
    fn form(&self, note: &Note) -> String {
        format!("notes/{}", note.id)
    }

    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }
}

/// How many lines a group has. `#count-shelf` (canceled orders only), `#count-now`, `#count-purchase`, `#count-short`, `#count-substituted`, `#count-picked`.
#[derive(Template)]
#[template(
    source = r#"<span class="count" id="count-{{ group.code() }}" data-v="{{ scene.v }}">{{ lines }}</span>"#,
    ext = "html"
)]
pub struct GroupCountFragment {
    pub scene: RenderContext,
    pub group: ItemGroup,
    pub lines: i64,
}

impl HtmlSafe for GroupCountFragment {}

impl GroupCountFragment {
    /// The counts of all groups that such an order has, in their order; a frame that moves a line sends all of them.
    pub fn all(scene: RenderContext, order: OrderState, items: &[Item]) -> Vec<Self> {
        let shown = |group: &ItemGroup| *group != ItemGroup::Shelf || order == OrderState::Canceled;
        let count = |group: ItemGroup| {
            let lines = items.iter().filter(|item| item.group(order) == group).count();
            Self { scene, group, lines: i64::try_from(lines).unwrap_or(i64::MAX) }
        };
        ItemGroup::ALL.into_iter().filter(shown).map(count).collect()
    }
}

/// One line: member `item-ID` of the list `#items-GROUP`. The whole row picks the rest.
///
/// Posts to `/orders/{order}/items/{item}/pick` or, where units must go back, `…/return` (`quantity`, `v`). Quantities in forms have a decimal point.
#[derive(Template)]
#[template(path = "orders/_item.html")]
pub struct ItemFragment<'a> {
    pub scene: RenderContext,
    pub order_id: OrderId,
    /// An open order's rows have buttons, a canceled one's where units go back; when an order closes or opens, all
    /// rows change.
    pub order_state: OrderState,
    pub item: &'a Item,
}

impl HtmlSafe for ItemFragment<'_> {}

impl ItemFragment<'_> {
    fn sort(&self) -> String {
        sort_key(self.item)
    }

    /// Whether a tap on the row picks; else it opens the sheet.
    fn picks(&self) -> bool {
        self.order_state == OrderState::Open
            && matches!(
                self.item.state.status(),
                ItemStatus::Pending
                    | ItemStatus::PurchaseRequested
                    | ItemStatus::PurchaseOrdered
                    | ItemStatus::NotFound
                    | ItemStatus::Arrived
            )
    }

    fn rest(&self) -> Decimal {
        self.item.state.rest()
    }

    fn status(&self) -> ItemStatus {
        self.item.status(self.order_state)
    }

    fn group(&self) -> ItemGroup {
        self.item.group(self.order_state)
    }

    /// Whether the row asks to put units back.
    fn returns(&self) -> bool {
        self.order_state != OrderState::Finished && self.status() == ItemStatus::Return
    }

    fn plain_to_return(&self) -> String {
        plain_quantity(self.item.to_shelf(self.order_state))
    }

    /// What a tap on the row picks: the rest, or of one that is bought what came of it.
    fn to_pick(&self) -> Decimal {
        let state = &self.item.state;
        if state.received.is_zero() { self.rest() } else { state.received }
    }

    fn plain_to_pick(&self) -> String {
        plain_quantity(self.to_pick())
    }

    /// Where the goods of a line in purchase are, said only where the mark does not say it.
    fn bought(&self) -> Vec<(&'static str, String)> {
        let state = &self.item.state;
        let parts = [
            ("arrived", "item.arrived_of", state.received),
            ("ordered", "item.on_the_way", state.on_the_way()),
            ("requested", "item.to_buy_of", state.to_buy()),
            ("not_found", "item.not_found_of", state.not_found),
        ];
        let known = parts.into_iter().filter(|(_, _, units)| !units.is_zero());
        let said: Vec<_> = known
            .map(|(class, key, units)| {
                let quantity = self.scene.quantity(units);
                (class, self.scene.lang.t_with(key, &[("quantity", &quantity)]))
            })
            .collect();
        if said.len() > 1 { said } else { Vec::new() }
    }

    /// What stands big at the right: what goes back, the rest, or all of it once nothing is left to do.
    fn big(&self) -> String {
        let state = &self.item.state;
        let amount = match self.status() {
            ItemStatus::Return => self.item.to_shelf(self.order_state),
            _ if state.rest().is_zero() => state.picked,
            _ => self.to_pick(),
        };
        self.scene.quantity(amount)
    }

    fn partly(&self) -> bool {
        !self.item.state.picked.is_zero() && !self.rest().is_zero()
    }

    fn reason(&self) -> Option<String> {
        self.item.state.reason.as_ref().map(|reason| reason_words(self.scene.lang, reason))
    }
}

/// Inside a group: by printed reference, then description, then place in the quote.
pub fn sort_key(item: &Item) -> String {
    format!("{} {:05}", folded(&format!("{} {}", item.reference(), item.description_rest())), item.position)
}

/// Finishing: the button, or why it is not possible yet, and the dialog that lists what is missing. `#finish-bar`.
///
/// Posts to `/orders/{id}/finish` (`volumes`, may be empty, `v`).
#[derive(Template)]
#[template(path = "orders/_finish.html")]
pub struct FinishFragment<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
    pub items: &'a [Item],
    /// Without script: the dialog is drawn open.
    pub open: bool,
    pub given: FormState<'a>,
}

impl HtmlSafe for FinishFragment<'_> {}

impl FinishFragment<'_> {
    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    fn is_finished(&self) -> bool {
        self.order.state == OrderState::Finished
    }

    /// Whether whoever picks is done here, if only for now.
    fn nothing_to_pick(&self) -> bool {
        self.order.counts.pickable == 0
    }

    /// Why the order cannot be finished yet.
    fn refusal(&self) -> Option<String> {
        let refusal = self.order.counts.finish_refusal()?;
        Some(refusal.sentence().say(self.scene.lang, self.scene.calendar.zone))
    }

    fn with_status(&self, status: ItemStatus) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.state.status() == status)
    }

    fn short(&self) -> impl Iterator<Item = &Item> {
        self.with_status(ItemStatus::Short)
    }

    fn substituted(&self) -> impl Iterator<Item = &Item> {
        self.with_status(ItemStatus::Substituted)
    }

    fn reason(&self, item: &Item) -> Option<String> {
        item.state.reason.as_ref().map(|reason| reason_words(self.scene.lang, reason))
    }
}

/// One entry of the history: member `entry-VERSION` of the list `#timeline`, newest first.
#[derive(Template)]
#[template(path = "orders/_entry.html")]
pub struct EntryFragment<'a> {
    pub scene: RenderContext,
    pub order_id: OrderId,
    pub entry: &'a TimelineEntry,
}

impl HtmlSafe for EntryFragment<'_> {}

/// A tap that took longer to arrive had to wait.
const ARRIVES_WITHIN: SignedDuration = SignedDuration::from_mins(1);

impl EntryFragment<'_> {
    /// "marcado às 14:02, enviado às 14:32", where the tap had to wait for the network.
    fn waited(&self) -> Option<String> {
        let at = self.entry.at;
        let tapped_at = self.entry.tapped_at.filter(|tapped| at.duration_since(*tapped) > ARRIVES_WITHIN)?;
        let times = [("tapped", &*self.scene.when(&tapped_at)), ("sent", &*self.scene.when(&at))];
        Some(self.scene.lang.t_with("timeline.waited", &times))
    }

    /// Ascending text, descending versions.
    fn sort(&self) -> String {
        format!("{:012}", 999_999_999_999 - self.entry.version)
    }

    /// "Maria separou 10 × FO11"
    fn sentence(&self) -> String {
        let lang = self.scene.lang;
        let quantity = self.entry.quantity.map(|quantity| self.scene.quantity(quantity)).unwrap_or_default();
        let item = self.entry.item.as_deref().unwrap_or_default();
        let key = match (self.entry.kind, self.entry.undoes) {
            (Some(EventKind::ActionUndone), Some(undone)) if undone.can_be_undone() => {
                format!("timeline.undone_{}", undone.code())
            }
            (Some(kind), _) if kind.is_told() => format!("timeline.{}", kind.code()),
            _ => "timeline.other".to_owned(),
        };
        lang.t_with(&key, &[("actor", &self.entry.actor), ("quantity", &quantity), ("item", item)])
    }

    /// The word in the element's class.
    fn kind(&self) -> &'static str {
        self.entry.kind.map_or("other", EventKind::code)
    }

    /// What a newer quote changed, a reason, the number of volumes, a note.
    fn text(&self) -> Option<String> {
        if let Some(counts) = &self.entry.revised {
            return Some(self.revised(counts));
        }
        match &self.entry.told {
            Some(Told::Reason(reason)) => Some(reason_words(self.scene.lang, reason)),
            Some(Told::Volumes { volumes }) => Some(self.scene.volumes(volumes)),
            Some(Told::Options { shipping, packaging }) => Some(format!("{shipping} · {packaging}")),
            Some(Told::Sellers { before, after }) => Some(format!("{before} → {after}")),
            Some(Told::Unknown) => None,
            // What an undo put back is said by the entry that it took back.
            None => self.entry.note.clone().filter(|_| self.entry.kind != Some(EventKind::ActionUndone)),
        }
    }
}

impl EntryFragment<'_> {
    /// "era o 30567 · 2 itens novos · 1 saiu"
    fn revised(&self, counts: &RevisedCounts) -> String {
        let lang = self.scene.lang;
        let count = |key: &str, lines: i64| (lines > 0).then(|| lang.count(key, lines));
        let number = counts.number_before.as_deref();
        let parts = [
            number.map(|number| lang.t_with("revised.number", &[("number", number)])),
            count("revised.new", counts.new),
            count("revised.changed", counts.changed),
            count("revised.gone", counts.gone),
            count("revised.returns", counts.returns),
        ];
        let told: Vec<String> = parts.into_iter().flatten().collect();
        if told.is_empty() { lang.t("revised.nothing").into_owned() } else { told.join(" · ") }
    }
}
