//! Marks goods as ordered, for one line or for several at once.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::items::{get_item, refuse_parts, refuse_parts_of, require_amount};
use super::{Entry, OrderContext, item_conflict};
use crate::actor::Actor;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::html::text::{length, visible};
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::orders::commands;
use crate::orders::history::{AllocationChange, Detail};
use crate::orders::item::Decision;
use crate::orders::item::allocation::Allocation;
use crate::orders::model::Item;
use crate::orders::queries::items;
use crate::orders::queries::order::LockedOrder;
use crate::orders::queries::purchases::{self as queries, NewPurchase};

/// Terms of a purchase, all optional.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// As typed, at most 80 characters.
    pub supplier: Option<String>,
    /// What one unit costs.
    pub cost_cents: Option<i64>,
    pub expected_on: Option<Date>,
}

impl Terms {
    /// The supplier as it is stored; None: nothing visible was typed.
    fn supplier(&self) -> Result<Option<&str>> {
        let supplier = self.supplier.as_deref().map(str::trim).filter(|text| visible(text));
        match supplier {
            Some(text) if length(text) > 80 => {
                Err(AppError::field("supplier", "purchasing.error.supplier_long"))
            }
            other => Ok(other),
        }
    }
}

/// Units of a purchase for one line.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub order_id: OrderId,
    pub item_id: ItemId,
    pub quantity: Decimal,
    /// What the line lacked on the screen where the units were divided; None: the screen divides nothing.
    pub seen: Option<Decimal>,
}

/// Sorts the shares by order, then by line. Answers the orders as they are locked: sorted, each once.
pub(super) fn sort_shares(shares: &mut [Share]) -> Vec<OrderId> {
    shares.sort_by_key(|share| (share.order_id, share.item_id));
    let mut orders: Vec<OrderId> = shares.iter().map(|share| share.order_id).collect();
    orders.dedup();
    orders
}

/// Records one purchase: goods for these lines, and perhaps more of them for the stock.
#[derive(Debug)]
pub struct BuyGoods<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
    /// Sorted: the shares of one order follow each other.
    pub shares: Vec<Share>,
    /// The orders of `shares`.
    pub orders: Vec<OrderId>,
    pub surplus: Decimal,
    pub terms: Terms,
}

impl<'a> BuyGoods<'a> {
    pub fn new(
        actor: &'a Actor,
        now: Timestamp,
        mut shares: Vec<Share>,
        surplus: Decimal,
        terms: Terms,
    ) -> Self {
        let orders = sort_shares(&mut shares);
        Self { actor, now, shares, orders, surplus, terms }
    }

    async fn buy(
        &self,
        tx: &mut CompanyTx,
        order: &LockedOrder,
        share: &Share,
        id: PurchaseId,
    ) -> Result<(Item, NewEvent)> {
        let on = OrderContext { actor: self.actor, order_id: share.order_id, now: self.now };
        let item = get_item(tx, on, share.item_id).await?;
        refuse_parts(&item, share.quantity)?;
        if share.seen.is_some_and(|seen| seen != item.state.to_buy()) {
            return Err(divided_anew(&item, self.now));
        }
        let next = match item.state.mark_ordered(share.quantity) {
            Ok(Decision::Becomes(next)) => next,
            Ok(Decision::Already) => item.state.clone(),
            Err(refusal) => return Err(item_conflict(refusal, &item, self.now)),
        };
        items::update_item(tx, order, item.id, &next).await?;
        let bought = Allocation::new(id, share.quantity);
        let change = AllocationChange { item: item.id, before: None, after: Some(bought) };
        let detail = Detail { allocations: vec![change], ..Detail::line(item.id, item.state.clone(), next) };
        let (kind, quantity) = (EventKind::ItemOrdered, Some(share.quantity));
        let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
        let event = on.record_event(tx, order, entry).await?;
        Ok((item, event))
    }

    /// Where a line holds a fraction of counted goods, so may what is left of the whole.
    fn check_surplus(&self, goods: &Item, lines: &[Item]) -> Result<()> {
        if self.surplus.is_zero() {
            return Ok(());
        }
        require_amount(self.surplus)?;
        let whole = lines.iter().all(Item::moves_whole);
        if whole { refuse_parts_of(&goods.unit, self.surplus) } else { Ok(()) }
    }
}

impl Command for BuyGoods<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        &self.orders
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(commands::MARK_ORDERED.permission)?;
        let supplier = self.terms.supplier()?;
        let id = PurchaseId::new();
        let (mut items, mut events) = (Vec::new(), Vec::new());
        for shares in self.shares.chunk_by(|one, other| one.order_id == other.order_id) {
            let on = OrderContext { actor: self.actor, order_id: shares[0].order_id, now: self.now };
            let mut order = on.lock_open(tx, commands::MARK_ORDERED.permission).await?;
            for share in shares {
                let (item, event) = self.buy(tx, &order, share, id).await?;
                items.push(item);
                events.push(event);
                order.version += 1;
            }
        }
        let Some(goods) = items.first() else {
            return Err(AppError::field("quantity", "purchasing.error.nothing_bought"));
        };
        if items.iter().any(|item| (&item.code, &item.unit) != (&goods.code, &goods.unit)) {
            return Err(AppError::invalid("error.form_unreadable"));
        }
        self.check_surplus(goods, &items)?;
        let purchase = NewPurchase {
            id,
            code: &goods.code,
            unit: &goods.unit,
            description: &goods.description,
            supplier,
            cost_cents: self.terms.cost_cents,
            expected_on: self.terms.expected_on,
            surplus: self.surplus,
            by: self.actor.person_id,
            at: self.now,
        };
        queries::insert_purchase(tx, &purchase).await?;
        for share in &self.shares {
            let after = Some(Allocation::new(id, share.quantity));
            let change = AllocationChange { item: share.item_id, before: None, after };
            queries::write_allocations(tx, share.order_id, &[change]).await?;
        }
        Ok(Change::with_events((), events))
    }
}

/// "O que falta comprar mudou: Ana mexeu no item às 14:32"
pub(super) fn divided_anew(item: &Item, now: Timestamp) -> AppError {
    AppError::Conflict(match &item.last_change {
        Some(change) => {
            let sentence = Sentence::new("conflict.division_changed_by").text("name", change.by_name.clone());
            sentence.when(change.at, now)
        }
        None => Sentence::new("conflict.division_changed"),
    })
}
