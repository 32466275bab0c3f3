//! Offers to apply a changed time to open orders.

use std::collections::HashMap;

use jiff::Timestamp;

use super::model::changes::Part;
use super::model::options::Shipping;
use super::queries::changes;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::WorkCalendar;
use crate::ids::ShippingId;
use crate::orders::deadline;
use crate::orders::queries::deadlines::list_due_orders;

/// "Aplicar a 6 pedidos abertos?"
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueOffer {
    /// The version of the change that it is about.
    pub version: i64,
    /// Open orders that would get another deadline.
    pub orders: i64,
}

/// Unanswered offers that would change an order.
pub async fn list_offers(
    tx: &mut CompanyTx,
    shippings: &[Shipping],
    calendar: WorkCalendar,
    now: Timestamp,
) -> Result<HashMap<ShippingId, DueOffer>> {
    let changed = changes::list_due_changes(tx, Part::Shipping).await?;
    let mut offers = HashMap::new();
    for shipping in shippings {
        let Some(version) = changed.get(&shipping.id.to_string()).copied() else { continue };
        let orders = list_due_orders(tx, shipping.id, now).await?;
        let follows = |due| deadline::applied(calendar, shipping.due_minute, due, now) != due;
        let orders = orders.into_iter().filter(|(_, due)| follows(*due)).count();
        if orders > 0 {
            offers
                .insert(shipping.id, DueOffer { version, orders: i64::try_from(orders).unwrap_or(i64::MAX) });
        }
    }
    Ok(offers)
}
