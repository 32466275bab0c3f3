//! What a command on one order writes last: the line, its picks, the history, who holds the order, and the events, in one
//! statement.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::types::Json;

use super::history::NewEntry;
use super::shortages::Records;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::queries::{Appending, EventColumns};
use crate::feed::{EventKind, LastWrite, NewEvent};
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::claim::lapses_at;
use crate::orders::history::{Detail, PickRecord};
use crate::orders::item::ItemState;

/// An entry of the history that takes none back, with the line that it tells of.
#[derive(Debug)]
pub struct OrderWrite {
    order_id: OrderId,
    version: i64,
    kind: EventKind,
    item_id: Option<ItemId>,
    quantity: Option<Decimal>,
    actor_id: PersonId,
    detail: Box<RawValue>,
    at: Timestamp,
    line: Option<LineWrite>,
    /// The person holds the order from now on.
    claims: bool,
    /// The event of the order that the person held before.
    given_up: EventColumns,
    records: Option<Records>,
}

/// The new state of the line that an entry tells of, and what becomes of its picks.
#[derive(Debug)]
pub struct LineWrite {
    pub state: ItemState,
    /// New ones, and those that stand with another quantity than before.
    pub picks: Vec<PickRecord>,
    pub removed: Vec<i32>,
}

impl LineWrite {
    /// The line as the entry leaves it, for an entry that tells of one line and of no picks.
    pub fn of(detail: &Detail) -> Self {
        let state = detail.lines.first().map_or_else(ItemState::absent, |line| line.after.clone());
        Self { state, picks: Vec::new(), removed: Vec::new() }
    }
}

impl OrderWrite {
    pub fn new(entry: &NewEntry<'_>, line: Option<LineWrite>) -> Result<Self> {
        let NewEntry { order_id, version, kind, item_id, quantity, actor_id, at, .. } = *entry;
        let detail = to_raw_value(entry.detail).map_err(AppError::internal)?;
        let given_up = EventColumns::of(&NewEvent::new(EventKind::ClaimChanged, actor_id));
        let claims = false;
        let records = Records::of(entry);
        Ok(Self {
            order_id,
            version,
            kind,
            item_id,
            quantity,
            actor_id,
            detail,
            at,
            line,
            claims,
            given_up,
            records,
        })
    }

    /// The person claims this order, and gives up any other. Only for the last write: the events tell of both.
    pub fn claiming(self) -> Self {
        Self { claims: true, ..self }
    }

    #[expect(clippy::too_many_lines, reason = "one statement, one column a line")]
    async fn write_all(&self, tx: &mut CompanyTx, appending: Option<&Appending>) -> Result<Option<i64>> {
        let line = self.line.as_ref();
        let state = line.map(|line| &line.state);
        let replacement = state.and_then(|state| state.replacement.as_ref());
        let reason = state.and_then(|state| state.reason.as_ref());
        let n = sqlx::query_scalar!(
            r#"with line as (
                 update order_items set version = $3, quantity = $12, picked = $13, to_return = $14, rest_state = $15,
                   ordered = $16, received = $17, not_found = $18, replacement = $19, replacement_quantity = $20,
                   reason_code = $21, off_quote = $22, reason_text = $28, unanswered = $32, sends_without = $33,
                   replacement_code = $34, replacement_unit = $35, replacement_agreed = $36
                 where company_id = $1 and order_id = $2 and id = $5 returning id
               ), removed as (
                 delete from item_picks where company_id = $1 and order_id = $2 and item_id = $5 and seq = any($23)
                 returning seq
               ), put as (
                 insert into item_picks (company_id, order_id, item_id, seq, person_id, quantity, before, at)
                 select $1, $2, $5, seq, person_id, quantity, before, at
                 from jsonb_to_recordset($24) as pick (seq integer, person_id uuid, quantity numeric, before jsonb, at timestamptz)
                 on conflict (company_id, order_id, item_id, seq) do update set quantity = excluded.quantity returning seq
               ), bumped as (
                 update orders set version = $3 where company_id = $1 and id = $2 returning id
               ), entry as (
                 insert into order_history (company_id, order_id, version, kind, item_id, quantity, actor_id, detail, at, operation_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11) returning version
               ), held as (
                 select hold_order($1, $2, $7, $9, $29, $30) as given_up
               )
               select case when $25::jsonb is not null then append_events(
                 (select count(*) from line) + (select count(*) from removed) + (select count(*) from put)
                   + (select count(*) from bumped) + (select count(*) from entry),
                 $1,
                 case when given_up is null then $25
                   else jsonb_build_array(jsonb_set($31, '{order_id}', to_jsonb(given_up))) || $25 end,
                 $26, $9, $10, $11, $27) end as n
               from held"#,
            tx.company_id().0,
            self.order_id.0,
            self.version,
            self.kind.code(),
            self.item_id.map(|id| id.0),
            self.quantity,
            self.actor_id.0,
            Json(&self.detail) as _,
            self.at.to_sqlx() as _,
            appending.and_then(Appending::person_id) as _,
            tx.operation_id().map(|id| id.0),
            state.map(|state| state.quantity),
            state.map(|state| state.picked),
            state.map(|state| state.to_return),
            state.map(|state| state.rest_state.code()),
            state.map(|state| state.ordered),
            state.map(|state| state.received),
            state.map(|state| state.not_found),
            replacement.map(|replacement| replacement.text.as_str()),
            replacement.map(|replacement| replacement.quantity),
            reason.and_then(|reason| reason.code.as_deref()),
            state.map(|state| state.off_quote),
            line.map_or(&[][..], |line| &line.removed),
            Json(line.map_or(&[][..], |line| &line.picks)) as _,
            appending.map(|appending| Json(&appending.events)) as _,
            appending.map(|appending| appending.tag),
            appending.and_then(|appending| appending.output.as_ref()).map(Json) as _,
            reason.and_then(|reason| reason.text.as_deref()),
            lapses_at(self.at).to_sqlx() as _,
            self.claims,
            Json(&self.given_up) as _,
            state.map(|state| state.unanswered),
            state.map(|state| state.sends_without),
            replacement.and_then(|replacement| replacement.code.as_deref()),
            replacement.and_then(|replacement| replacement.unit.as_deref()),
            replacement.is_some_and(|replacement| replacement.agreed),
        )
        .fetch_one(&mut **tx)
        .await?;
        Ok(n)
    }
}

impl LastWrite for OrderWrite {
    fn write<'a>(
        &'a self,
        tx: &'a mut CompanyTx,
        appending: Option<&'a Appending>,
    ) -> BoxFuture<'a, Result<Option<i64>>> {
        Box::pin(async move {
            if let Some(records) = &self.records {
                records.write(tx).await?;
            }
            self.write_all(tx, appending).await
        })
    }
}
