//! Queries of the feed.

mod operations;

pub use self::operations::{
    NewOperation, OperationClaim, OperationKey, StoredOperation, claim_operation, is_accepted,
};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::cursor::Head;
use super::event::{Event, EventKind, NewEvent, Payload};
use crate::db::{CompanyTx, Db, PooledConnection};
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, ItemId, OrderId, PersonId};

/// A transaction that reads one moment, and the head that it sees: what is read in it and the head belong together.
pub async fn snapshot(db: &Db, company_id: CompanyId) -> Result<(CompanyTx, Head)> {
    let question = format!(
        "select head, tag, feed_epoch(epoch) as epoch from feed_heads where company_id = '{company_id}'"
    );
    let (tx, mut answers) = db.snapshot(company_id, &[question]).await?;
    let row = answers.pop().and_then(|mut rows| rows.pop()).ok_or(AppError::NotFound)?;
    let epoch: &str = row.try_get("epoch")?;
    Ok((tx, Head { epoch: epoch.into(), n: row.try_get("head")?, tag: row.try_get("tag")? }))
}

/// The head together with the events from `first` on (None: the last ones), at most `limit`: one statement, so that they
/// agree.
pub async fn list_events(
    db: &Db,
    company_id: CompanyId,
    first: Option<i64>,
    limit: i64,
) -> Result<(Head, Vec<Event>)> {
    let rows = db
        .ask(move |db| {
            Box::pin(async move {
                let read = sqlx::query!(
                    r#"select head as "head!", head_tag as "head_tag!", epoch as "epoch!", n, tag, kind, order_id, item_id, payload, at
                       from read_feed($1, $2, $3)"#,
                    company_id.0,
                    first,
                    limit
                );
                read.fetch_all(db).await
            })
        })
        .await?;
    let Some(row) = rows.first() else { return Err(AppError::NotFound) };
    let head = Head { epoch: row.epoch.as_str().into(), n: row.head, tag: row.head_tag };
    let events = rows
        .into_iter()
        .filter_map(|row| {
            let payload = Payload::from_stored(row.payload?);
            Some(Event {
                n: row.n?,
                tag: row.tag?,
                kind: EventKind::from_code(&row.kind?),
                order_id: row.order_id.map(OrderId),
                item_id: row.item_id.map(ItemId),
                person_id: payload.person_id,
                version: payload.version,
                topics: payload.topics,
                at: row.at?.to_jiff(),
            })
        })
        .collect();
    Ok((head, events))
}

/// What an accepted command stores for a replay of the same tap.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedOperation<'a> {
    pub key: OperationKey,
    pub output: &'a RawValue,
}

/// What `append_events` of the schema takes.
#[derive(Debug)]
pub struct Appending {
    /// Objects with the columns of `feed_events` that each event has for itself.
    pub events: Box<RawValue>,
    pub tag: i64,
    pub now: Timestamp,
    pub operation: Option<OperationKey>,
    pub output: Option<Box<RawValue>>,
}

impl Appending {
    pub fn new(
        events: &[NewEvent],
        operation: Option<AcceptedOperation<'_>>,
        now: Timestamp,
    ) -> Result<Self> {
        let events: Vec<EventColumns> = events.iter().map(EventColumns::of).collect();
        Ok(Self {
            events: to_raw_value(&events).map_err(AppError::internal)?,
            tag: rand::random(),
            now,
            operation: operation.map(|accepted| accepted.key),
            output: operation.map(|accepted| accepted.output.to_owned()),
        })
    }

    pub fn person_id(&self) -> Option<Uuid> {
        self.operation.map(|key| key.person_id.0)
    }

    pub fn operation_id(&self) -> Option<Uuid> {
        self.operation.map(|key| key.operation_id.0)
    }
}

/// An event as `append_events` takes it: the columns of `feed_events` that it has for itself.
#[derive(Debug, Serialize)]
pub struct EventColumns {
    kind: &'static str,
    order_id: Option<OrderId>,
    item_id: Option<ItemId>,
    payload: Payload,
    actor_id: Option<PersonId>,
}

impl EventColumns {
    pub fn of(event: &NewEvent) -> Self {
        let NewEvent { kind, order_id, item_id, person_id, actor_id, version, topics } = *event;
        Self {
            kind: kind.code(),
            order_id,
            item_id,
            payload: Payload { person_id, version, topics },
            actor_id,
        }
    }
}

/// Takes the next numbers, writes the events and the operation's outcome: one statement, the last of its
/// transaction, because from here to the commit every other writer of the company waits. Answers the last number.
pub async fn append_events(
    db: &mut PooledConnection,
    company_id: CompanyId,
    appending: &Appending,
) -> Result<i64> {
    let n = sqlx::query_scalar!(
        r#"select append_events(0, $1, $2, $3, $4, $5, $6, $7) as "n!""#,
        company_id.0,
        Json(&appending.events) as _,
        appending.tag,
        appending.now.to_sqlx() as _,
        appending.person_id() as _,
        appending.operation_id() as _,
        appending.output.as_ref().map(Json) as _,
    )
    .fetch_one(db)
    .await?;
    Ok(n)
}

/// Records an operation that found the wanted end already there: accepted, without an event.
pub async fn update_operation_unchanged(tx: &mut CompanyTx, operation: AcceptedOperation<'_>) -> Result<i64> {
    let AcceptedOperation { key, output } = operation;
    let n = sqlx::query_scalar!(
        r#"update operations set outcome = jsonb_build_object(
             'n', (select head from feed_heads where company_id = $1), 'kind', 'unchanged', 'output', $4::jsonb)
           where company_id = $1 and person_id = $2 and operation_id = $3
           returning (outcome ->> 'n')::bigint as "n!""#,
        tx.company_id().0,
        key.person_id.0,
        key.operation_id.0,
        Json(output) as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(n)
}

/// Deletes up to `batch` events that are over a day old by the database's clock, but never the last `kept`.
pub async fn delete_old_events(tx: &mut CompanyTx, kept: i64, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from feed_events where company_id = $1 and n = any(array(
           select n from feed_events
           where company_id = $1 and at < now() - interval '24 hours'
             and n <= (select head - $2 from feed_heads where company_id = $1)
           limit $3))",
        tx.company_id().0,
        kept,
        batch
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `batch` operations that are over a day old.
pub async fn delete_old_operations(tx: &mut CompanyTx, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from operations where company_id = $1 and ctid = any(array(
           select ctid from operations where company_id = $1 and at < now() - interval '24 hours' limit $2))",
        tx.company_id().0,
        batch
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Gives every company a new epoch: open screens of the time before a restore start afresh.
pub async fn update_epochs(db: &mut PooledConnection) -> Result<u64> {
    let done = sqlx::query!("update feed_heads set epoch = gen_random_uuid()").execute(db).await?;
    Ok(done.rows_affected())
}

/// The same once the head row is locked, so that two replicas at midnight write one event.
pub async fn lock_day_started(tx: &mut CompanyTx, since: Timestamp) -> Result<bool> {
    sqlx::query!("select head from feed_heads where company_id = $1 for update", tx.company_id().0)
        .fetch_one(&mut **tx)
        .await?;
    is_day_started(tx, since).await
}

/// Whether a day's beginning is in the feed already.
pub async fn is_day_started(tx: &mut CompanyTx, since: Timestamp) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from feed_events where company_id = $1 and kind = 'day_started' and at >= $2) as "known!""#,
        tx.company_id().0,
        since.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(known)
}

/// A new company's first head.
pub async fn insert_head(db: &mut PooledConnection, company_id: Uuid) -> Result<()> {
    sqlx::query!(
        "insert into feed_heads (company_id, tag) values ($1, $2)",
        company_id,
        rand::random::<i64>()
    )
    .execute(db)
    .await?;
    Ok(())
}
