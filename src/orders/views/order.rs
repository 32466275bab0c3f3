//! The picking screen: one order, its lines in groups, and everything that can be done with them.

use std::borrow::Borrow;

use askama::Template;
use rust_decimal::Decimal;

use super::parts::{
    BarFragment, EntryFragment, FinishFragment, GroupCountFragment, HeadFragment, ItemFragment,
    NotesFragment, reason_words, sort_key,
};
use super::refused_form::FormState;
use super::times::TimesFragment;
use crate::html::RenderContext;
use crate::html::format::plain_quantity;
use crate::ids::{ItemId, OrderId};
use crate::orders::item::{Decision, ItemGroup, ItemStatus, RestState, SHORT_REASONS};
use crate::orders::model::{Item, OrderChoices, OrderSummary, ShippingOption, TimelineEntry};
use crate::orders::status::OrderState;

/// Which sheet of the picking screen is drawn open: `?item=ID` or `?sheet=finish|cancel|reopen|change`.
///
/// With script the same links open the dialog of that name over the page; only `?item=ID` is fetched first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenSheet {
    #[default]
    None,
    Item(ItemId),
    Finish,
    Cancel,
    Reopen,
    Change,
}

impl OpenSheet {
    /// From the query's `item` and `sheet`; anything unknown opens nothing.
    pub fn from_query(item: Option<&str>, sheet: Option<&str>) -> Self {
        match (item.and_then(|id| id.parse().ok()), sheet) {
            (Some(id), _) => OpenSheet::Item(id),
            (None, Some("finish")) => OpenSheet::Finish,
            (None, Some("cancel")) => OpenSheet::Cancel,
            (None, Some("reopen")) => OpenSheet::Reopen,
            (None, Some("change")) => OpenSheet::Change,
            _ => OpenSheet::None,
        }
    }
}

/// The lines of one group, sorted.
pub struct Group<'a> {
    pub group: ItemGroup,
    pub order_state: OrderState,
    pub count: GroupCountFragment,
    pub rows: Vec<ItemFragment<'a>>,
}

impl Group<'_> {
    fn title(&self) -> String {
        let lang = self.count.scene.lang;
        if self.group == ItemGroup::Now && self.order_state == OrderState::Canceled {
            // There is nothing more to pick.
            return lang.t("group.not_picked").into_owned();
        }
        lang.t(&format!("group.{}", self.group.code())).into_owned()
    }

    /// For the hand: to put back, to pick, in purchase. The others are settled.
    fn is_work(&self) -> bool {
        matches!(self.group, ItemGroup::Shelf | ItemGroup::Now | ItemGroup::Purchase)
    }
}

/// `/orders/{id}`. Besides the fragments' forms it posts to `/orders/{id}/cancel` (`reason`, `v`),
/// `/orders/{id}/reopen` (`reason`, `v`), `/orders/{id}/shipping` (`shipping`, `packaging`: ids, `v`), `/orders/{id}/seller` (`seller`: an id, `v`), and, from the
/// sheet of a line, `/orders/{id}/items/{item}/{pick|unpick|return|short|unshort}` and what is in `_sheet_purchase.html`: `quantity` (pick, return, unpick;
/// with `pick` unpick takes back that pick or nothing), `reason` (a code of `SHORT_REASONS`) and `text` (short), `v`.
#[derive(Template)]
#[template(path = "orders/_order.html")]
pub struct OrderBody<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
    pub items: &'a [Item],
    /// Newest first.
    pub timeline: &'a [TimelineEntry],
    pub choices: &'a OrderChoices,
    pub open: OpenSheet,
    /// A form that was sent without script and not accepted.
    pub given: FormState<'a>,
    /// Other open orders that want the goods of the open sheet.
    pub others: &'a [OrderId],
    /// Of a closed order.
    pub times: Option<TimesFragment>,
    groups: Vec<Group<'a>>,
}

impl<'a> OrderBody<'a> {
    pub fn new(
        scene: RenderContext,
        order: &'a OrderSummary,
        items: &'a [Item],
        timeline: &'a [TimelineEntry],
        choices: &'a OrderChoices,
        open: OpenSheet,
        given: FormState<'a>,
    ) -> Self {
        let groups = groups(scene, order, items);
        Self { scene, order, items, timeline, choices, open, given, others: &[], times: None, groups }
    }

    /// Of the browser's window: the number, where there is one, and the customer.
    pub fn title(&self) -> String {
        let number = self.order.number.iter().map(String::as_str);
        number.chain([self.order.customer.as_str()]).collect::<Vec<_>>().join(" · ")
    }

    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    /// Title, consequence and button: a finished order is reopened, a canceled one restored.
    fn reopening(&self) -> (&'static str, &'static str, &'static str) {
        match self.order.state {
            OrderState::Canceled => ("restore.title", "restore.lead", "order.restore_button"),
            _ => ("reopen.title", "reopen.lead", "reopen.confirm"),
        }
    }

    fn bar(&self) -> BarFragment<'_> {
        BarFragment { scene: self.scene, order: self.order }
    }

    fn head(&self) -> HeadFragment<'_> {
        HeadFragment { scene: self.scene, order: self.order }
    }

    fn notes(&self) -> NotesFragment<'_> {
        NotesFragment { scene: self.scene, order: self.order, given: self.given }
    }

    fn finish(&self) -> FinishFragment<'_> {
        let open = self.open == OpenSheet::Finish;
        FinishFragment { scene: self.scene, order: self.order, items: self.items, open, given: self.given }
    }

    fn entry<'e>(&self, entry: &'e TimelineEntry) -> EntryFragment<'e> {
        EntryFragment { scene: self.scene, order_id: self.order.id, entry }
    }

    fn working(&self) -> impl Iterator<Item = &Group<'a>> {
        self.groups.iter().filter(|group| group.is_work())
    }

    fn settled(&self) -> impl Iterator<Item = &Group<'a>> {
        self.groups.iter().filter(|group| !group.is_work())
    }

    fn sheet(&self) -> Option<ItemSheet<'_>> {
        let OpenSheet::Item(id) = self.open else { return None };
        let item = self.items.iter().find(|item| item.id == id)?;
        Some(ItemSheet { scene: self.scene, order: self.order, item, given: self.given, others: self.others })
    }

    /// Whether the order's seller is among those who may be chosen.
    fn sells_still(&self) -> bool {
        self.choices.sellers.iter().any(|(id, _)| *id == self.order.seller_id)
    }

    fn allows(&self, shipping: &ShippingOption) -> String {
        let ids: Vec<_> = shipping.packagings.iter().map(ToString::to_string).collect();
        ids.join(" ")
    }
}

/// The lines in the groups of the picking screen, each sorted as it is shown.
fn groups<'a>(scene: RenderContext, order: &'a OrderSummary, items: &'a [Item]) -> Vec<Group<'a>> {
    let mut sorted: Vec<(String, &Item)> = items.iter().map(|item| (sort_key(item), item)).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let counts = GroupCountFragment::all(scene, order.state, items);
    let rows = |group: ItemGroup| {
        let members = sorted.iter().filter(|(_, item)| item.group(order.state) == group);
        members
            .map(|(_, item)| ItemFragment { scene, order_id: order.id, order_state: order.state, item })
            .collect()
    };
    counts
        .into_iter()
        .map(|count| Group { group: count.group, order_state: order.state, rows: rows(count.group), count })
        .collect()
}

/// The sheet of one line: who changed it and when, and every command on it. Inside `#item-sheet`.
pub struct ItemSheet<'a> {
    pub scene: RenderContext,
    pub order: &'a OrderSummary,
    pub item: &'a Item,
    pub given: FormState<'a>,
    /// Other open orders that want these goods.
    pub others: &'a [OrderId],
}

/// What the sheet offers about buying the goods.
impl ItemSheet<'_> {
    fn can_request(&self) -> bool {
        matches!(self.item.state.request_purchase(), Ok(Decision::Becomes(_)))
    }

    fn request_key(&self) -> &'static str {
        if self.item.state.is_in_purchase() { "item.request_again" } else { "item.request" }
    }

    fn other_orders(&self) -> String {
        self.others.iter().map(OrderId::to_string).collect::<Vec<_>>().join(" ")
    }

    fn others_count(&self) -> i64 {
        i64::try_from(self.others.len()).unwrap_or(i64::MAX)
    }

    fn can_withdraw(&self) -> bool {
        self.has_rest() && self.item.state.rest_state == RestState::PurchaseRequested
    }

    /// Also what was given up may be bought after all.
    fn can_buy(&self) -> bool {
        self.item.state.is_in_purchase() && self.item.state.ordered < self.item.state.rest()
    }

    /// What the buyer is asked for, else what was given up.
    fn buy_first(&self) -> Decimal {
        let state = &self.item.state;
        if state.to_buy().is_zero() { state.rest() - state.ordered } else { state.to_buy() }
    }

    fn can_miss(&self) -> bool {
        !self.item.state.to_buy().is_zero()
    }

    fn can_receive(&self) -> bool {
        !self.item.state.on_the_way().is_zero()
    }

    fn has_arrived(&self) -> bool {
        !self.item.state.received.is_zero()
    }
}

impl ItemSheet<'_> {
    /// A form of the sheet, as [`FormState`] names it.
    fn form(&self, verb: &str) -> String {
        format!("items/{}/{verb}", self.item.id)
    }

    /// The quantity that a form begins with, as the screen writes it.
    fn begins_with(&self, verb: &str, usual: impl Borrow<Decimal>) -> String {
        let typed = self.given.typed(self.form(verb), "quantity");
        typed.map_or_else(|| self.scene.quantity(usual), str::to_owned)
    }

    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    fn has_rest(&self) -> bool {
        !self.item.state.rest().is_zero()
    }

    fn can_pick(&self) -> bool {
        self.has_rest() && self.item.state.rest_state != RestState::Substituted
    }

    fn can_short(&self) -> bool {
        self.can_pick() && !self.is_short()
    }

    fn is_short(&self) -> bool {
        self.has_rest() && self.item.state.rest_state == RestState::Short
    }

    /// What has to go back goes first: until then nothing else is put back.
    fn is_picked(&self) -> bool {
        !self.item.state.picked.is_zero() && !self.returns()
    }

    /// Why nothing can be done with the line.
    fn closed_key(&self) -> &'static str {
        if self.order.state == OrderState::Canceled { "item.canceled" } else { "item.finished" }
    }

    fn returns(&self) -> bool {
        self.order.state != OrderState::Finished && self.status() == ItemStatus::Return
    }

    fn status(&self) -> ItemStatus {
        self.item.status(self.order.state)
    }

    fn plain(&self, value: impl Borrow<Decimal>) -> String {
        plain_quantity(*value.borrow())
    }

    fn to_return(&self) -> Decimal {
        self.item.to_shelf(self.order.state)
    }

    /// The last pick in words, and as its form names it.
    fn last_pick(&self) -> Option<(i32, String, String)> {
        let last = self.item.last_pick?;
        Some((last.seq, plain_quantity(last.quantity), self.scene.quantity(last.quantity)))
    }

    /// By how much one press of the stepper goes.
    fn step(&self) -> &'static str {
        if self.item.counts_in_pieces() { "1" } else { "0.1" }
    }

    /// The finest amount that may be typed; an odd rest may always be sent as it is.
    fn finest(&self) -> &'static str {
        if self.item.moves_whole() { "1" } else { "0.001" }
    }

    fn reasons(&self) -> [&'static str; 4] {
        SHORT_REASONS
    }

    fn reason(&self) -> Option<String> {
        self.item.state.reason.as_ref().map(|reason| reason_words(self.scene.lang, reason))
    }

    /// "João separou às 14:32"
    fn last_change(&self) -> Option<String> {
        let change = self.item.last_change.as_ref()?;
        let told = change.kind.filter(|kind| kind.is_told());
        let key = told.map_or("changed.other".to_owned(), |kind| format!("changed.{}", kind.code()));
        let when = self.scene.when(&change.at);
        Some(self.scene.lang.t_with(&key, &[("name", &change.by_name), ("when", &when)]))
    }
}
