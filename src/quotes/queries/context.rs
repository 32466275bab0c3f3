//! Queries for the context of drafts.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::actor::folded_name;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::access::Ownership;
use crate::orders::queries::{options, revise, summaries};
use crate::orders::status::OrderState;
use crate::quotes::context::{Candidate, ImportContext, KnownOrder, NumberlessOrder, OpenOrder};
use crate::quotes::draft::{Draft, Sheet};
use crate::quotes::to_order::Target;

/// The context of these drafts, read in a handful of statements however many they are.
pub async fn get_context(tx: &mut CompanyTx, drafts: &[(&Draft, &Sheet)]) -> Result<ImportContext> {
    let each = |value: fn(&Sheet) -> String| drafts.iter().map(|(_, sheet)| value(sheet)).collect::<Vec<_>>();
    let sellers = each(|sheet| folded_name(&sheet.quote.seller));
    let customers = each(|sheet| sheet.quote.customer_code.clone());
    let numbers: Vec<String> =
        drafts.iter().filter_map(|(_, sheet)| sheet.number()).map(str::to_owned).collect();
    let files: Vec<Vec<u8>> = drafts.iter().map(|(draft, _)| draft.sha256.clone()).collect();
    let numberless: Vec<(String, Date)> = drafts
        .iter()
        .filter(|(_, sheet)| sheet.number().is_none())
        .filter_map(|(_, sheet)| Some((sheet.quote.customer_code.clone(), sheet.date()?)))
        .collect();
    Ok(ImportContext {
        candidates: list_candidates(tx).await?,
        aliases: list_aliases(tx, &sellers).await?,
        shippings: options::list_shipping_options(tx, None).await?,
        packagings: options::list_packaging_options(tx, None).await?,
        counter_customer_code: get_counter_customer_code(tx).await?,
        last_choices: list_last_choices(tx, &customers).await?,
        numbers: list_numbers(tx, &numbers).await?,
        files: list_files(tx, &files).await?,
        shared_files: list_shared_files(tx, &files).await?,
        numberless: list_numberless(tx, &numberless).await?,
        open_orders: list_open_orders(tx, &customers).await?,
    })
}

/// The open order that a draft is about to change. The options from now on include what the order has, even if it is hidden.
pub async fn get_target(tx: &mut CompanyTx, id: OrderId, context: &mut ImportContext) -> Result<Target> {
    let summary = summaries::get_summary(tx, id).await?;
    let base = revise::get_base(tx, id).await?;
    context.shippings = options::list_shipping_options(tx, Some(summary.shipping_id)).await?;
    context.packagings = options::list_packaging_options(tx, Some(summary.packaging_id)).await?;
    Ok(Target { summary, base })
}

async fn list_candidates(tx: &mut CompanyTx) -> Result<Vec<Candidate>> {
    let rows = sqlx::query!(
        r#"select id, name, name_folded, roles && array['seller', 'admin'] as "sells!"
           from people where company_id = $1 and active order by name, id"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let candidates = rows.into_iter().map(|row| Candidate {
        id: PersonId(row.id),
        name: row.name,
        name_folded: row.name_folded,
        sells: row.sells,
    });
    Ok(candidates.collect())
}

async fn list_aliases(tx: &mut CompanyTx, folded: &[String]) -> Result<HashMap<String, PersonId>> {
    let rows = sqlx::query!(
        "select alias_folded, person_id from seller_aliases where company_id = $1 and alias_folded = any($2)",
        tx.company_id().0,
        folded
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.alias_folded, PersonId(row.person_id))).collect())
}

/// Remembers who a name on the paper is.
pub async fn update_alias(tx: &mut CompanyTx, folded: &str, person_id: PersonId) -> Result<()> {
    sqlx::query!(
        "insert into seller_aliases (company_id, alias_folded, person_id) values ($1, $2, $3)
         on conflict (company_id, alias_folded) do update set person_id = excluded.person_id",
        tx.company_id().0,
        folded,
        person_id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn get_counter_customer_code(tx: &mut CompanyTx) -> Result<String> {
    let code =
        sqlx::query_scalar!("select counter_customer_code from companies where id = $1", tx.company_id().0)
            .fetch_one(&mut **tx)
            .await?;
    Ok(code)
}

/// Shipping and packaging of each customer's last order.
async fn list_last_choices(
    tx: &mut CompanyTx,
    customers: &[String],
) -> Result<HashMap<String, (ShippingId, PackagingId)>> {
    let rows = sqlx::query!(
        r#"select c.code as "code!", o.shipping_id, o.packaging_id
           from (select distinct unnest($2::text[]) as code) c
           cross join lateral (
             select shipping_id, packaging_id from orders
             where company_id = $1 and customer_code = c.code order by imported_at desc limit 1
           ) o"#,
        tx.company_id().0,
        customers
    )
    .fetch_all(&mut **tx)
    .await?;
    let choice = |shipping, packaging| (ShippingId(shipping), PackagingId(packaging));
    Ok(rows.into_iter().map(|row| (row.code, choice(row.shipping_id, row.packaging_id))).collect())
}

/// An order as the queries below find it.
struct OrderRow {
    id: Uuid,
    number: Option<String>,
    customer: String,
    quote_date: jiff_sqlx::Date,
    state: OrderState,
}

impl From<OrderRow> for KnownOrder {
    fn from(row: OrderRow) -> Self {
        KnownOrder {
            state: row.state,
            id: OrderId(row.id),
            number: row.number,
            customer: row.customer,
            quote_date: row.quote_date.to_jiff(),
        }
    }
}

async fn list_numbers(tx: &mut CompanyTx, numbers: &[String]) -> Result<HashMap<String, KnownOrder>> {
    let rows = sqlx::query_as!(
        OrderRow,
        r#"select id, number, customer, quote_date, state as "state: OrderState" from orders
           where company_id = $1 and number = any($2) and state <> 'canceled'"#,
        tx.company_id().0,
        numbers
    )
    .fetch_all(&mut **tx)
    .await?;
    let known = rows.into_iter().map(KnownOrder::from);
    Ok(known.map(|order| (order.number.clone().unwrap_or_default(), order)).collect())
}

async fn list_files(tx: &mut CompanyTx, files: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, KnownOrder>> {
    let rows = sqlx::query!(
        r#"select d.sha256,
             o.id,
             o.number,
             o.customer,
             o.quote_date,
             o.state as "state: OrderState"
           from order_documents d join orders o on o.company_id = $1 and o.id = d.order_id
           where d.company_id = $1 and d.sha256 = any($2) and o.state <> 'canceled' order by o.imported_at"#,
        tx.company_id().0,
        files
    )
    .fetch_all(&mut **tx)
    .await?;
    let known = rows.into_iter().map(|row| {
        let (id, number, customer) = (row.id, row.number, row.customer);
        let order = OrderRow { id, number, customer, quote_date: row.quote_date, state: row.state };
        (row.sha256, order.into())
    });
    Ok(known.collect())
}

async fn list_shared_files(tx: &mut CompanyTx, files: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>> {
    let shared = sqlx::query_scalar!(
        "select sha256 from quote_drafts where company_id = $1 and sha256 = any($2) and discarded_at is null
         group by sha256 having count(*) > 1",
        tx.company_id().0,
        files
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(shared.into_iter().collect())
}

/// The newest open orders of these customers.
async fn list_open_orders(
    tx: &mut CompanyTx,
    customers: &[String],
) -> Result<HashMap<String, Vec<OpenOrder>>> {
    let rows = sqlx::query!(
        r#"select o.id,
             o.number,
             o.customer_code,
             o.customer,
             o.quote_date,
             o.seller_id,
             s.active as seller_active,
             o.imported_by
           from (select distinct unnest($2::text[]) as code) c
           cross join lateral (
             select * from orders where company_id = $1 and customer_code = c.code and state = 'open'
             order by imported_at desc limit 20
           ) o
           join people s on s.company_id = $1 and s.id = o.seller_id
           order by o.imported_at desc"#,
        tx.company_id().0,
        customers
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut open: HashMap<String, Vec<OpenOrder>> = HashMap::new();
    for row in rows {
        let order = KnownOrder {
            id: OrderId(row.id),
            number: row.number,
            customer: row.customer,
            quote_date: row.quote_date.to_jiff(),
            state: OrderState::Open,
        };
        let ownership = Ownership {
            seller_id: PersonId(row.seller_id),
            seller_active: row.seller_active,
            imported_by: PersonId(row.imported_by),
            state: OrderState::Open,
            closed_by: None,
            closed_at: None,
        };
        open.entry(row.customer_code).or_default().push(OpenOrder { order, ownership });
    }
    Ok(open)
}

/// Orders without a number of these customers and dates, with their lines.
async fn list_numberless(tx: &mut CompanyTx, wanted: &[(String, Date)]) -> Result<Vec<NumberlessOrder>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let customers: Vec<String> = wanted.iter().map(|(customer, _)| customer.clone()).collect();
    let dates: Vec<String> = wanted.iter().map(|(_, date)| date.to_string()).collect();
    let rows = sqlx::query!(
        r#"select o.id,
             o.customer_code,
             o.customer,
             o.quote_date,
             o.state as "state: OrderState",
             array_agg(i.code order by i.position) as "codes!",
             array_agg(i.description order by i.position) as "descriptions!",
             array_agg(i.quantity order by i.position) as "quantities!: Vec<Decimal>"
           from orders o join order_items i on i.company_id = $1 and i.order_id = o.id and i.quantity > 0
           where o.company_id = $1 and o.number is null and o.state <> 'canceled'
             and (o.customer_code, o.quote_date) in (select * from unnest($2::text[], $3::text[]::date[]))
           group by o.company_id, o.id order by o.imported_at"#,
        tx.company_id().0,
        &customers,
        &dates
    )
    .fetch_all(&mut **tx)
    .await?;
    let known = rows.into_iter().map(|row| {
        let found = OrderRow {
            id: row.id,
            number: None,
            customer: row.customer,
            quote_date: row.quote_date,
            state: row.state,
        };
        let texts = row.codes.into_iter().zip(row.descriptions);
        let lines: Vec<(String, String, Decimal)> =
            texts.zip(row.quantities).map(|((code, text), quantity)| (code, text, quantity)).collect();
        NumberlessOrder { order: found.into(), customer_code: row.customer_code, lines }
    });
    Ok(known.collect())
}
