//! Queries of the audit: two growing lists, each read as a range of an index: by time, by kind, or by person. A filter of
//! one statement for all would walk through everything that it leaves out.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::auth::model::events::SecurityEvent;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{OrderId, PersonId};
use crate::orders::model::split_reference;
use crate::reports::model::audit::{AuditEntry, AuditPlace, AuditWhat, PlaceOf};

/// What is looked for. Kinds by their words; None: every kind.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    pub kinds: Option<&'a [String]>,
    pub person: Option<PersonId>,
    pub since: Timestamp,
    pub before: AuditPlace,
    pub limit: i64,
}

struct SecurityRow {
    id: Uuid,
    kind: String,
    at: jiff_sqlx::Timestamp,
    address: Option<String>,
    request_id: Option<String>,
    detail: Value,
    actor: Option<String>,
    about: Option<String>,
}

impl From<SecurityRow> for AuditEntry {
    fn from(row: SecurityRow) -> Self {
        Self {
            place: AuditPlace { at: row.at.to_jiff(), of: PlaceOf::Security(row.id) },
            actor: row.actor,
            what: AuditWhat::Security {
                kind: SecurityEvent::from_code(&row.kind),
                about: row.about,
                address: row.address,
                request_id: row.request_id,
                detail: row.detail,
            },
        }
    }
}

/// What happened to sessions, people, settings and devices, newest first.
pub async fn list_security(tx: &mut CompanyTx, sought: Sought<'_>) -> Result<Vec<AuditEntry>> {
    let rows = match (sought.person, sought.kinds) {
        (Some(person), kinds) => list_security_of(tx, sought, person, kinds).await?,
        (None, Some(kinds)) => list_security_kinds(tx, sought, kinds).await?,
        (None, None) => list_all_security(tx, sought).await?,
    };
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

/// Reads rows `s` of `security_events` that `$from` chooses, newest first. Of the company ($1) since ($2) and before an
/// entry ($3, $4), at most $5; the filter's own parameters begin with $6.
macro_rules! read_security {
    ($tx:expr, $sought:expr, $from:tt $(, $own:expr)*) => {{
        let (at, id) = $sought.before.of_security();
        let rows = sqlx::query_as!(
            SecurityRow,
            r#"select s.id as "id!",
                 s.kind as "kind!",
                 s.at as "at!: jiff_sqlx::Timestamp",
                 s.address as "address?",
                 s.request_id as "request_id?",
                 s.detail as "detail!",
                 a.name as "actor?",
                 p.name as "about?"
               from "# + $from + r#"
               left join people a on a.company_id = $1 and a.id = s.actor_id
               left join people p on p.company_id = $1 and p.id = s.person_id
               order by s.at desc, s.id desc limit $5"#,
            $tx.company_id().0,
            $sought.since.to_sqlx() as _,
            at.to_sqlx() as _,
            id,
            $sought.limit
            $(, $own)*
        );
        Ok(rows.fetch_all(&mut **$tx).await?)
    }};
}

async fn list_all_security(tx: &mut CompanyTx, sought: Sought<'_>) -> Result<Vec<SecurityRow>> {
    read_security!(
        tx,
        sought,
        "(select * from security_events s
          where s.company_id = $1 and s.at >= $2 and s.at <= $3 and (s.at, s.id) < ($3, $4)
          order by s.at desc, s.id desc limit $5) s"
    )
}

/// The newest of each kind, and of those the newest.
async fn list_security_kinds(
    tx: &mut CompanyTx,
    sought: Sought<'_>,
    kinds: &[String],
) -> Result<Vec<SecurityRow>> {
    read_security!(
        tx,
        sought,
        "unnest($6::text[]) wanted(kind)
         cross join lateral (
           select * from security_events s
           where s.company_id = $1 and s.at >= $2 and s.at <= $3 and (s.at, s.id) < ($3, $4) and s.kind = wanted.kind
           order by s.at desc, s.id desc limit $5) s",
        kinds
    )
}

/// What somebody did, and what is about that person.
async fn list_security_of(
    tx: &mut CompanyTx,
    sought: Sought<'_>,
    person: PersonId,
    kinds: Option<&[String]>,
) -> Result<Vec<SecurityRow>> {
    read_security!(
        tx,
        sought,
        "((select * from security_events s
           where s.company_id = $1 and s.at >= $2 and s.at <= $3 and (s.at, s.id) < ($3, $4)
             and s.actor_id = $6 and ($7::text[] is null or s.kind = any($7))
           order by s.at desc, s.id desc limit $5)
          union all
          (select * from security_events s
           where s.company_id = $1 and s.at >= $2 and s.at <= $3 and (s.at, s.id) < ($3, $4)
             and s.person_id = $6 and s.actor_id is distinct from $6 and ($7::text[] is null or s.kind = any($7))
           order by s.at desc, s.id desc limit $5)) s",
        person.0,
        kinds
    )
}

struct OrderRow {
    order_id: Uuid,
    version: i64,
    kind: String,
    quantity: Option<Decimal>,
    at: jiff_sqlx::Timestamp,
    undoes: Option<String>,
    actor: String,
    description: Option<String>,
    number: Option<String>,
    customer: String,
}

impl From<OrderRow> for AuditEntry {
    fn from(row: OrderRow) -> Self {
        Self {
            place: AuditPlace { at: row.at.to_jiff(), of: PlaceOf::Order(row.order_id, row.version) },
            actor: Some(row.actor),
            what: AuditWhat::Order {
                order_id: OrderId(row.order_id),
                number: row.number,
                customer: row.customer,
                kind: EventKind::from_code(&row.kind),
                undoes: row.undoes.as_deref().and_then(EventKind::from_code),
                item: row.description.map(|description| split_reference(&description).0.to_owned()),
                quantity: row.quantity,
            },
        }
    }
}

/// What was done to orders, newest first.
pub async fn list_orders(tx: &mut CompanyTx, sought: Sought<'_>) -> Result<Vec<AuditEntry>> {
    let rows = match (sought.person, sought.kinds) {
        (Some(person), kinds) => list_entries_of(tx, sought, person, kinds).await?,
        (None, Some([kind])) if kind != EventKind::ItemPicked.code() => list_rare(tx, sought, kind).await?,
        (None, kinds) => list_entries(tx, sought, kinds).await?,
    };
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

/// Reads rows `h` of `order_history` that `$filter` chooses besides, newest first. Of the company ($1) since ($2) and
/// before an entry ($3, $4, $5), at most $6; the filter's own parameters begin with $7.
macro_rules! read_entries {
    ($tx:expr, $sought:expr, $filter:tt $(, $own:expr)*) => {{
        let (at, id, version) = $sought.before.of_orders();
        let rows = sqlx::query_as!(
            OrderRow,
            r#"select h.order_id as "order_id!",
                 h.version as "version!",
                 h.kind as "kind!",
                 h.quantity as "quantity?",
                 h.at as "at!: jiff_sqlx::Timestamp",
                 u.kind as "undoes?",
                 p.name as actor,
                 i.description as "description?",
                 o.number as "number?",
                 o.customer
               from (
                 select * from order_history h
                 where h.company_id = $1
                   and h.at >= $2
                   and h.at <= $3
                   and (h.at, h.order_id, h.version) < ($3, $4, $5)
                   and "# + $filter + r#"
                 order by h.at desc, h.order_id desc, h.version desc limit $6) h
               join people p on p.company_id = $1 and p.id = h.actor_id
               join orders o on o.company_id = $1 and o.id = h.order_id
               left join order_history u on u.company_id = $1 and u.order_id = h.order_id and u.version = h.undoes
               left join order_items i on i.company_id = $1 and i.id = h.item_id
               order by h.at desc, h.order_id desc, h.version desc"#,
            $tx.company_id().0,
            $sought.since.to_sqlx() as _,
            at.to_sqlx() as _,
            id,
            version,
            $sought.limit
            $(, $own)*
        );
        Ok(rows.fetch_all(&mut **$tx).await?)
    }};
}

async fn list_entries(
    tx: &mut CompanyTx,
    sought: Sought<'_>,
    kinds: Option<&[String]>,
) -> Result<Vec<OrderRow>> {
    read_entries!(tx, sought, "($7::text[] is null or h.kind = any($7))", kinds)
}

/// Of a kind that is not most of the history: the index `order_history_kind_idx` has only those.
async fn list_rare(tx: &mut CompanyTx, sought: Sought<'_>, kind: &str) -> Result<Vec<OrderRow>> {
    read_entries!(tx, sought, "h.kind = $7 and h.kind <> 'item_picked'", kind)
}

async fn list_entries_of(
    tx: &mut CompanyTx,
    sought: Sought<'_>,
    person: PersonId,
    kinds: Option<&[String]>,
) -> Result<Vec<OrderRow>> {
    read_entries!(tx, sought, "h.actor_id = $7 and ($8::text[] is null or h.kind = any($8))", person.0, kinds)
}
