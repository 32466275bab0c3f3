//! The picking screen: one order, its lines in groups, and its commands.

use std::collections::HashMap;

use askama::Template;
use jiff::civil::Date;

use super::adjust::AdjustFragment;
use super::entry::EntryFragment;
use super::item::{GroupCountFragment, ItemFragment, sort_key};
use super::item_sheet::ItemSheet;
use super::parts::{BarFragment, FinishFragment, HeadFragment, NotesFragment};
use super::times::TimesFragment;
use crate::html::{FormState, RenderContext};
use crate::ids::{ItemId, OrderId};
use crate::orders::difference::StoredTick;
use crate::orders::item::{ItemGroup, ItemStatus, Replacement};
use crate::orders::model::{Item, OrderChoices, OrderSummary, ShippingOption, TimelineEntry};
use crate::orders::status::OrderState;

/// Which sheet of the picking screen is drawn open: `?item=ID` or `?sheet=finish|cancel|reopen|change|due|pick-all`.
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
    Due,
    PickAll,
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
            (None, Some("due")) => OpenSheet::Due,
            (None, Some("pick-all")) => OpenSheet::PickAll,
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
        let lang = self.count.ctx.lang;
        if self.group == ItemGroup::Now && self.order_state == OrderState::Canceled {
            // There is nothing more to pick.
            return lang.t("group.not_picked").into_owned();
        }
        lang.t(&format!("group.{}", self.group.code())).into_owned()
    }

    /// Groups with work left: to put back, to pick, in purchase. The others are settled.
    fn is_work(&self) -> bool {
        matches!(self.group, ItemGroup::Shelf | ItemGroup::Now | ItemGroup::Unanswered | ItemGroup::Purchase)
    }
}

/// `/orders/{id}`. Besides the fragments' forms it posts to `/orders/{id}/cancel` (`reason`, `v`),
/// `/orders/{id}/reopen` (`reason`, `v`), `/orders/{id}/shipping` (`shipping`, `packaging`: ids, `v`), `/orders/{id}/seller` (`seller`: an id, `v`), and, from the
/// sheet of a line, `/orders/{id}/items/{item}/{pick|unpick|return|short|unshort|location}` and what is in `_sheet_purchase.html`: `quantity` (pick, return, unpick;
/// with `pick` unpick takes back that pick or nothing), `reason` (a code of the company's reasons) and `text` (short), `location` and `shown` (location), `v`.
#[derive(Template)]
#[template(path = "orders/_order.html")]
pub struct OrderBody<'a> {
    pub ctx: RenderContext,
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
    /// What the customer took in place of a line's goods the last time; None: nobody asked.
    pub last: Option<&'a HashMap<ItemId, Replacement>>,
    /// Of a finished order.
    pub ticks: &'a [StoredTick],
    /// Of a closed order.
    pub times: Option<TimesFragment>,
    groups: Vec<Group<'a>>,
}

impl<'a> OrderBody<'a> {
    pub fn new(
        ctx: RenderContext,
        order: &'a OrderSummary,
        items: &'a [Item],
        timeline: &'a [TimelineEntry],
        choices: &'a OrderChoices,
        open: OpenSheet,
        given: FormState<'a>,
    ) -> Self {
        let groups = groups(ctx, order, items);
        Self {
            ctx,
            order,
            items,
            timeline,
            choices,
            open,
            given,
            others: &[],
            last: None,
            ticks: &[],
            times: None,
            groups,
        }
    }

    /// The title of the browser's window: the number, where there is one, and the customer.
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
        BarFragment { ctx: self.ctx, order: self.order }
    }

    fn head(&self) -> HeadFragment<'_> {
        HeadFragment { ctx: self.ctx, order: self.order }
    }

    fn notes(&self) -> NotesFragment<'_> {
        NotesFragment { ctx: self.ctx, order: self.order, given: self.given }
    }

    fn finish(&self) -> FinishFragment<'_> {
        let open = self.open == OpenSheet::Finish;
        FinishFragment { ctx: self.ctx, order: self.order, items: self.items, open, given: self.given }
    }

    fn adjust(&self) -> AdjustFragment<'_> {
        AdjustFragment::new(self.ctx, self.order, self.items, self.ticks)
    }

    fn entry<'e>(&self, entry: &'e TimelineEntry) -> EntryFragment<'e> {
        EntryFragment { ctx: self.ctx, order_id: self.order.id, entry }
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
        let last = self.last.and_then(|last| last.get(&id));
        Some(ItemSheet {
            ctx: self.ctx,
            order: self.order,
            item,
            given: self.given,
            others: self.others,
            last,
        })
    }

    /// Whether the order's seller is among those who may be chosen.
    fn sells_still(&self) -> bool {
        self.choices.sellers.iter().any(|(id, _)| *id == self.order.seller_id)
    }

    /// Today and tomorrow, as forms name days.
    fn due_days(&self) -> (Date, Date) {
        let today = self.ctx.calendar.zone.local(self.ctx.now).date();
        (today, today.tomorrow().unwrap_or(today))
    }

    /// The time that the form begins with: what was typed, the deadline's, else when the working day ends.
    fn due_time(&self) -> String {
        if let Some(typed) = self.given.typed("due", "time") {
            return typed.to_owned();
        }
        let ends = self.ctx.calendar.ends_minute(self.due_days().0);
        self.order
            .due_at
            .map_or_else(|| format!("{:02}:{:02}", ends / 60 % 24, ends % 60), |due| self.ctx.time(&due))
    }

    fn due_date(&self) -> String {
        let zone = self.ctx.calendar.zone;
        let due =
            || self.order.due_at.map(|due| zone.local(due).date()).unwrap_or(self.due_days().1).to_string();
        self.given.typed("due", "date").map_or_else(due, str::to_owned)
    }

    /// Lines that are marked as picked by one tap for all.
    fn pending(&self) -> i64 {
        let pending = self.items.iter().filter(|item| item.state.status() == ItemStatus::Pending);
        i64::try_from(pending.count()).unwrap_or(i64::MAX)
    }

    fn allows(&self, shipping: &ShippingOption) -> String {
        let ids: Vec<_> = shipping.packagings.iter().map(ToString::to_string).collect();
        ids.join(" ")
    }
}

/// The lines in the groups of the picking screen, each sorted as it is shown.
fn groups<'a>(ctx: RenderContext, order: &'a OrderSummary, items: &'a [Item]) -> Vec<Group<'a>> {
    let mut sorted: Vec<(String, &Item)> = items.iter().map(|item| (sort_key(item), item)).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let counts = GroupCountFragment::all(ctx, order.state, items);
    let rows = |group: ItemGroup| {
        let members = sorted.iter().filter(|(_, item)| item.group(order.state) == group);
        members
            .map(|(_, item)| ItemFragment { ctx, order_id: order.id, order_state: order.state, item })
            .collect()
    };
    counts
        .into_iter()
        .map(|count| Group { group: count.group, order_state: order.state, rows: rows(count.group), count })
        .collect()
}
