//! Asking the buyer for goods: for one line, or for the same goods in other open orders as well.

use super::items::{change_line, get_item};
use super::{Entry, OrderContext, item_conflict};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::ids::{ItemId, OrderId};
use crate::orders::commands;
use crate::orders::item::Decision;
use crate::orders::item::allocation::Flow;
use crate::orders::model::Item;
use crate::orders::queries::order::LockedOrder;
use crate::orders::queries::write::LineWrite;
use crate::orders::queries::{items, purchases as queries};
use crate::orders::status::OrderState;

/// Asks the buyer for the rest of the line, and in other orders for the same goods where nothing else was decided.
#[derive(Debug)]
pub struct RequestPurchase<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    /// The order of the line, and the others that the screen offered; sorted, each once.
    orders: Vec<OrderId>,
}

impl<'a> RequestPurchase<'a> {
    pub fn new(on: OrderContext<'a>, item_id: ItemId, others: Vec<OrderId>) -> Self {
        let mut orders = others;
        orders.push(on.order_id);
        orders.sort_unstable();
        orders.dedup();
        Self { on, item_id, orders }
    }

    /// Asks for the goods in another order that the screen offered. It may be closed by now, or want them no longer; then it
    /// is left out.
    async fn elsewhere(&self, tx: &mut CompanyTx, id: OrderId, goods: &Item) -> Result<Vec<NewEvent>> {
        let on = OrderContext { order_id: id, ..self.on };
        let mut order = on.lock(tx, commands::REQUEST_PURCHASE.permission).await?;
        let mut events = Vec::new();
        if order.state != OrderState::Open {
            return Ok(events);
        }
        for item_id in queries::list_requestable(tx, id, &goods.code, &goods.unit).await? {
            let item = get_item(tx, on, item_id).await?;
            if !item.state.rest_state.is_asked_along(item.state.unanswered) {
                continue;
            }
            if let Some(event) = request(tx, on, &order, item).await? {
                order.version += 1;
                events.push(event);
            }
        }
        Ok(events)
    }
}

impl Command for RequestPurchase<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        &self.orders
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::REQUEST_PURCHASE.permission).await?;
        let item = get_item(tx, self.on, self.item_id).await?;
        if let Err(refusal) = item.state.request_purchase() {
            return Err(item_conflict(refusal, &item, self.on.now));
        }
        let mut events = Vec::new();
        for id in &self.orders {
            if *id == order.id {
                events.extend(request(tx, self.on, &order, item.clone()).await?);
            } else {
                events.extend(self.elsewhere(tx, *id, &item).await?);
            }
        }
        Ok(Change::with_events((), events))
    }
}

/// None: it is asked for already.
async fn request(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    order: &LockedOrder,
    item: Item,
) -> Result<Option<NewEvent>> {
    let Ok(Decision::Becomes(next)) = item.state.request_purchase() else { return Ok(None) };
    let detail = change_line(tx, order.id, &item, next, Flow::Displaced).await?;
    let line = LineWrite::of(&detail);
    items::update_item(tx, order, item.id, &line.state).await?;
    let (kind, quantity) = (EventKind::ItemRequested, Some(line.state.to_buy()));
    let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
    Ok(Some(on.record_event(tx, order, entry).await?))
}
