//! A line of the picking screen, and how many lines its group has.

use std::borrow::Borrow;

use askama::Template;
use askama::filters::HtmlSafe;
use rust_decimal::Decimal;

use super::words::{reason_words, replacement_words};
use crate::html::RenderContext;
use crate::html::format::{folded, plain_quantity};
use crate::ids::OrderId;
use crate::orders::item::{ItemGroup, ItemStatus, Replacement, RestState};
use crate::orders::location;
use crate::orders::model::Item;
use crate::orders::status::OrderState;

/// How many lines a group has. `#count-shelf` (canceled orders only), `#count-now`, `#count-unanswered`, `#count-purchase`, `#count-short`, `#count-substituted`, `#count-picked`.
#[derive(Template)]
#[template(
    source = r#"<span class="count" id="count-{{ group.code() }}" data-v="{{ ctx.v }}">{{ lines }}</span>"#,
    ext = "html"
)]
pub struct GroupCountFragment {
    pub ctx: RenderContext,
    pub group: ItemGroup,
    pub lines: i64,
}

impl HtmlSafe for GroupCountFragment {}

impl GroupCountFragment {
    /// The counts of all groups that such an order has, in their order; a frame that moves a line sends all of them.
    pub fn all(ctx: RenderContext, order: OrderState, items: &[Item]) -> Vec<Self> {
        let shown = |group: &ItemGroup| *group != ItemGroup::Shelf || order == OrderState::Canceled;
        let count = |group: ItemGroup| {
            let lines = items.iter().filter(|item| item.group(order) == group).count();
            Self { ctx, group, lines: i64::try_from(lines).unwrap_or(i64::MAX) }
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
    pub ctx: RenderContext,
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

    /// Whether a tap on the row picks; otherwise it opens the sheet.
    fn picks(&self) -> bool {
        self.order_state == OrderState::Open
            && matches!(
                self.item.state.status(),
                ItemStatus::Pending
                    | ItemStatus::Unanswered
                    | ItemStatus::PurchaseRequested
                    | ItemStatus::PurchaseOrdered
                    | ItemStatus::NotFound
                    | ItemStatus::Arrived
            )
    }

    /// What a tap on the row takes in place of the line's own goods.
    fn takes(&self) -> Option<&Replacement> {
        let swaps = self.order_state == OrderState::Open && self.status() == ItemStatus::Swap;
        self.item.state.replacement.as_ref().filter(|_| swaps)
    }

    fn plain(&self, quantity: impl Borrow<Decimal>) -> String {
        plain_quantity(*quantity.borrow())
    }

    /// Whether all of the rest is short, answered or not.
    fn is_short(&self) -> bool {
        let short = self.item.state.rest_state == RestState::Short;
        short && matches!(self.status(), ItemStatus::Short | ItemStatus::Unanswered)
    }

    /// What goes, or is to go, in place of the line, and how much of it waits for what.
    fn replaced(&self) -> Option<String> {
        let state = &self.item.state;
        let lang = self.ctx.lang;
        let (way, units) = (self.ctx.quantity(state.on_the_way()), self.ctx.quantity(state.not_found));
        let waits = [("way", way.as_str()), ("units", units.as_str())];
        let Some(with) = state.replacement.as_ref() else {
            return state.sends_without.then(|| lang.t_with("item.without_waits", &waits));
        };
        let goods = replacement_words(&self.ctx, with);
        let key = match self.status() {
            ItemStatus::Substituted => "item.swap_in_place",
            ItemStatus::Swap => "item.swap_for",
            _ if state.in_place().is_some() => "item.swap_in_place",
            _ => "item.swap_waits",
        };
        let [way, units] = waits;
        Some(lang.t_with(key, &[way, units, ("goods", &goods)]))
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
        self.order_state != OrderState::Finished && !self.item.to_shelf(self.order_state).is_zero()
    }

    /// What is in the box in place of the line's goods, where the row asks to put that back: once they are back themselves.
    fn returns_others(&self) -> Option<&Replacement> {
        self.item.others_to_shelf(self.order_state).filter(|_| !self.returns())
    }

    /// "Devolver 5"
    fn to_return(&self) -> String {
        let lang = self.ctx.lang;
        match self.returns_others() {
            Some(_) => lang.t("item.to_return_others").into_owned(),
            None => lang.t_with("item.to_return", &[("quantity", &self.big())]),
        }
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
                let quantity = self.ctx.quantity(units);
                (class, self.ctx.lang.t_with(key, &[("quantity", &quantity)]))
            })
            .collect();
        if said.len() > 1 { said } else { Vec::new() }
    }

    /// The large number at the right: what goes back, the rest, or the picked quantity once nothing is left to do.
    fn big(&self) -> String {
        let state = &self.item.state;
        let amount = match (self.returns_others(), self.status()) {
            (Some(others), _) => others.quantity,
            (None, ItemStatus::Return) => self.item.to_shelf(self.order_state),
            _ if state.rest().is_zero() => state.picked,
            _ => self.to_pick(),
        };
        self.ctx.quantity(amount)
    }

    /// What the large number counts.
    fn unit(&self) -> &str {
        self.returns_others()
            .map_or(self.item.unit.as_str(), |others| others.unit.as_deref().unwrap_or_default())
    }

    fn partly(&self) -> bool {
        !self.item.state.picked.is_zero() && !self.rest().is_zero()
    }

    fn reason(&self) -> Option<String> {
        self.item.state.reason.as_ref().map(|reason| reason_words(self.ctx.reasons, self.ctx.lang, reason))
    }
}

/// Inside a group: goods whose place is known by that, as one walks; then by printed reference, description, and place in
/// the quote.
pub fn sort_key(item: &Item) -> String {
    let name = folded(&format!("{} {}", item.reference(), item.description_rest()));
    location::sort_key(item.location.as_deref(), &format!("{name} {:05}", item.position))
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::ids::ItemId;
    use crate::orders::item::ItemState;

    fn item(position: i32, description: &str, location: Option<&str>) -> Item {
        Item {
            id: ItemId::new(),
            position,
            code: "00147".to_owned(),
            description: description.to_owned(),
            unit: "UN".to_owned(),
            unit_price: Decimal::ONE,
            total_cents: 100,
            state: ItemState::new(Decimal::ONE),
            last_change: None,
            location: location.map(str::to_owned),
            last_pick: None,
        }
    }

    #[test]
    fn goods_with_a_place_come_first_in_the_order_of_the_shelves() {
        let mut items = [
            item(1, "3D --> XIAOMI", None),
            item(2, "FO11 --> FONE", Some("A-10")),
            item(3, "CB11 --> CABO", Some("a-2")),
            item(4, "CB14 --> CABO", Some("A-2-1")),
            item(5, "CA01 --> CABO", Some("A 02")),
            item(6, "(1 - 53) LIMPA TELA", None),
            item(7, "ZZ --> ULTIMO", Some("1")),
        ];
        items.sort_by_cached_key(sort_key);
        assert_eq!(items.map(|item| item.position), [7, 5, 3, 4, 2, 6, 1]);
    }
}
