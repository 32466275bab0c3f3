//! Queries of the buyer's page, each one statement however many lines there are.

pub(crate) mod past;

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::purchasing::model::{Desk, Goods, Leftover, Line, OrderFacts, PurchaseFacts, Surplus};

/// Everything that is to buy, on the way or to be settled.
pub async fn get_desk(tx: &mut CompanyTx) -> Result<Desk> {
    let to_buy = list_to_buy(tx).await?;
    let (coming, leftovers) = list_bought(tx).await?;
    let surplus = list_surplus(tx).await?;
    Ok(Desk { to_buy, coming, surplus, leftovers })
}

async fn list_to_buy(tx: &mut CompanyTx) -> Result<Vec<Line>> {
    let rows = sqlx::query!(
        "select i.id,
           i.position,
           i.code,
           i.unit,
           i.description,
           i.unit_price,
           i.quantity - i.picked - i.ordered - i.not_found as \"units!\",
           o.id as order_id,
           o.number,
           o.customer,
           o.urgent,
           o.due_at,
           o.imported_at,
           p.name as seller,
           s.name as shipping,
           d.wished_on as \"wished_on?\"
         from order_items i
         join orders o on o.company_id = $1 and o.id = i.order_id and o.state = 'open'
         join people p on p.company_id = $1 and p.id = o.seller_id
         join shipping_options s on s.company_id = $1 and s.id = o.shipping_id
         left join lateral (
           select wished_on from shortages
           where company_id = $1 and order_id = i.order_id and item_id = i.id and answer = 'buy' and closed_as = 'shortage_answered'
           order by closed_version desc limit 1
         ) d on true
         where i.company_id = $1 and i.is_in_purchase and i.quantity - i.picked - i.ordered - i.not_found > 0",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            order: OrderFacts {
                id: OrderId(row.order_id),
                number: row.number,
                customer: row.customer,
                seller: row.seller,
                shipping: row.shipping,
                urgent: row.urgent,
                canceled: false,
                due_at: row.due_at.map(jiff_sqlx::Timestamp::to_jiff),
                imported_at: row.imported_at.to_jiff(),
            },
            item_id: ItemId(row.id),
            position: row.position,
            goods: Goods { code: row.code, unit: row.unit, description: row.description },
            unit_price: row.unit_price.normalize(),
            units: row.units,
            purchase: None,
            wished_on: row.wished_on.map(jiff_sqlx::Date::to_jiff),
        })
        .collect())
}

/// What was bought for a line, as it is stored.
struct BoughtRow {
    item_id: Uuid,
    ordered: Decimal,
    received: Decimal,
    displaced: Decimal,
    to_return: Decimal,
    position: i32,
    code: String,
    unit: String,
    description: String,
    unit_price: Decimal,
    order_id: Uuid,
    number: Option<String>,
    customer: String,
    urgent: bool,
    due_at: Option<jiff_sqlx::Timestamp>,
    imported_at: jiff_sqlx::Timestamp,
    canceled: bool,
    seller: String,
    shipping: String,
    purchase_id: Uuid,
    supplier: Option<String>,
    expected_on: Option<jiff_sqlx::Date>,
    bought_at: jiff_sqlx::Timestamp,
    bought_by: String,
}

impl BoughtRow {
    fn on_the_way(&self) -> Decimal {
        self.ordered - self.received
    }

    fn order(&self) -> OrderFacts {
        OrderFacts {
            id: OrderId(self.order_id),
            number: self.number.clone(),
            customer: self.customer.clone(),
            seller: self.seller.clone(),
            shipping: self.shipping.clone(),
            urgent: self.urgent,
            canceled: self.canceled,
            due_at: self.due_at.map(jiff_sqlx::Timestamp::to_jiff),
            imported_at: self.imported_at.to_jiff(),
        }
    }

    fn purchase(&self) -> PurchaseFacts {
        PurchaseFacts {
            id: PurchaseId(self.purchase_id),
            supplier: self.supplier.clone(),
            expected_on: self.expected_on.map(jiff_sqlx::Date::to_jiff),
            bought_by: self.bought_by.clone(),
            bought_at: self.bought_at.to_jiff(),
        }
    }

    fn goods(&self) -> Goods {
        Goods { code: self.code.clone(), unit: self.unit.clone(), description: self.description.clone() }
    }

    fn coming(&self) -> Option<Line> {
        (!self.canceled && !self.on_the_way().is_zero()).then(|| Line {
            order: self.order(),
            item_id: ItemId(self.item_id),
            position: self.position,
            goods: self.goods(),
            unit_price: self.unit_price.normalize(),
            units: self.on_the_way(),
            purchase: Some(self.purchase()),
            wished_on: None,
        })
    }

    /// A canceled order needs nothing, though its lines keep their state.
    fn leftovers(&self) -> impl Iterator<Item = Leftover> + '_ {
        let (extra, here) =
            if self.canceled { (self.on_the_way(), self.received) } else { (Decimal::ZERO, Decimal::ZERO) };
        let parts = [(self.displaced + extra, false), (self.to_return + here, true)];
        parts.into_iter().filter(|(units, _)| !units.is_zero()).map(|(units, arrived)| Leftover {
            order: self.order(),
            item_id: ItemId(self.item_id),
            goods: self.goods(),
            purchase: self.purchase(),
            units,
            arrived,
        })
    }
}

/// What was bought for lines: what is on the way, and what is left over.
async fn list_bought(tx: &mut CompanyTx) -> Result<(Vec<Line>, Vec<Leftover>)> {
    let rows = sqlx::query_as!(
        BoughtRow,
        "select a.item_id,
           a.ordered,
           a.received,
           a.displaced,
           a.to_return,
           i.position,
           i.code,
           i.unit,
           i.description,
           i.unit_price,
           o.id as order_id,
           o.number,
           o.customer,
           o.urgent,
           o.due_at,
           o.imported_at,
           o.state = 'canceled' as \"canceled!\",
           p.name as seller,
           s.name as shipping,
           b.id as purchase_id,
           b.supplier,
           b.expected_on,
           b.bought_at,
           w.name as bought_by
         from purchase_allocations a
         join purchases b on b.company_id = $1 and b.id = a.purchase_id
         join order_items i on i.company_id = $1 and i.id = a.item_id
         join orders o on o.company_id = $1 and o.id = a.order_id
         join people p on p.company_id = $1 and p.id = o.seller_id
         join people w on w.company_id = $1 and w.id = b.bought_by
         join shipping_options s on s.company_id = $1 and s.id = o.shipping_id
         where a.company_id = $1 and a.is_open
         order by a.purchase_id, i.position",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let coming = rows.iter().filter_map(BoughtRow::coming).collect();
    Ok((coming, rows.iter().flat_map(BoughtRow::leftovers).collect()))
}

async fn list_surplus(tx: &mut CompanyTx) -> Result<Vec<Surplus>> {
    let rows = sqlx::query!(
        "select b.id,
           b.code,
           b.unit,
           b.description,
           b.surplus - coalesce(d.units, 0) as \"units!\",
           b.supplier,
           b.expected_on,
           b.bought_at,
           w.name as bought_by
         from purchases b
         join people w on w.company_id = $1 and w.id = b.bought_by
         left join lateral (
           select sum(units) as units from surplus_settlements where company_id = $1 and purchase_id = b.id and undone_at is null
         ) d on true
         where b.company_id = $1 and b.surplus > 0 and b.surplus_outcome is null
         order by b.id",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Surplus {
            goods: Goods { code: row.code, unit: row.unit, description: row.description },
            purchase: PurchaseFacts {
                id: PurchaseId(row.id),
                supplier: row.supplier,
                expected_on: row.expected_on.map(jiff_sqlx::Date::to_jiff),
                bought_by: row.bought_by,
                bought_at: row.bought_at.to_jiff(),
            },
            units: row.units,
        })
        .collect())
}

/// The notes of these orders, each order's in the order in which they were written.
pub async fn list_notes(tx: &mut CompanyTx, orders: &[OrderId]) -> Result<Vec<(OrderId, String)>> {
    let ids: Vec<Uuid> = orders.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select order_id, text from order_notes
         where company_id = $1 and order_id = any($2) and removed_at is null order by order_id, at",
        tx.company_id().0,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (OrderId(row.order_id), row.text)).collect())
}

/// Recent suppliers, the latest first; none of what was not bought after all.
pub async fn list_suppliers(tx: &mut CompanyTx) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        "select supplier as \"supplier!\" from (
           select id, surplus, supplier, bought_at from purchases where company_id = $1 order by bought_at desc limit 500
         ) lately
         where supplier is not null
           and (surplus > 0 or exists (select from purchase_allocations a where a.company_id = $1 and a.purchase_id = lately.id))
         group by supplier order by max(bought_at) desc limit 30",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(names)
}
