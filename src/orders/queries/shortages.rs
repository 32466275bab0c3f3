//! Records of missing units and of agreed replacements. They are written with each entry of the history, so that no
//! command can forget them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::history::NewEntry;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::history::{LineChange, Told};
use crate::orders::item::Replacement;
use crate::orders::shortage::{Cause, Step, steps};

/// What one entry of the history changes of these records.
#[derive(Debug)]
pub struct Records {
    order_id: OrderId,
    version: i64,
    kind: EventKind,
    item_id: Option<ItemId>,
    actor_id: PersonId,
    at: Timestamp,
    /// The entry that it takes back.
    undoes: Option<i64>,
    steps: Vec<(ItemId, Step)>,
    answer: Option<(String, Option<Date>)>,
    agreed: Vec<(ItemId, Replacement)>,
}

impl Records {
    /// None: the entry changes none.
    pub fn of(entry: &NewEntry<'_>) -> Option<Self> {
        let NewEntry { order_id, version, kind, item_id, actor_id, at, undoes, detail, .. } = *entry;
        let answer = match &detail.told {
            Some(Told::Answer { answer, wished_on, .. }) => Some((answer.clone(), *wished_on)),
            _ => None,
        };
        let agrees = matches!(kind, EventKind::ReplacementAgreed | EventKind::ShortageAnswered);
        let agreed = detail.lines.iter().filter(|_| agrees).filter_map(|line| {
            let with = line.after.replacement.clone().filter(|with| with.agreed)?;
            (line.before.replacement.as_ref() != Some(&with)).then_some((line.item, with))
        });
        let agreed: Vec<_> = agreed.collect();
        let steps: Vec<_> = detail.lines.iter().flat_map(steps).collect();
        let withdraws = kind == EventKind::ReplacementWithdrawn || undoes.is_some();
        let replaced = |line: &LineChange| line.before.replacement != line.after.replacement;
        let withdraws = withdraws && detail.lines.iter().any(replaced);
        let closes =
            matches!(kind, EventKind::OrderFinished | EventKind::OrderCanceled | EventKind::OrderReopened);
        let any = closes || withdraws || !steps.is_empty() || !agreed.is_empty();
        any.then_some(Self { order_id, version, kind, item_id, actor_id, at, undoes, steps, answer, agreed })
    }

    pub async fn write(&self, tx: &mut CompanyTx) -> Result<()> {
        match self.kind {
            EventKind::OrderFinished | EventKind::OrderCanceled => self.close(tx, None).await?,
            EventKind::OrderReopened => self.open_again(tx).await?,
            EventKind::ReplacementWithdrawn => self.withdraw(tx).await?,
            _ => {}
        }
        if let Some(undone) = self.undoes {
            self.undo(tx, undone).await?;
        }
        for (item, step) in &self.steps {
            match *step {
                Step::Close => self.close(tx, Some(*item)).await?,
                Step::Open { units, cause } => self.open(tx, *item, units, cause).await?,
                Step::Count { units } => self.count(tx, *item, units).await?,
            }
        }
        for (item, with) in &self.agreed {
            self.agree(tx, *item, with).await?;
        }
        Ok(())
    }

    /// Closes the open records of one line, or of all.
    async fn close(&self, tx: &mut CompanyTx, item: Option<ItemId>) -> Result<()> {
        let (answer, wished_on) = self.answer.clone().unzip();
        sqlx::query!(
            "update shortages set closed_as = $4, closed_by = $5::uuid, closed_at = $6::timestamptz, closed_version = $7, answer = $8, wished_on = $9,
               answered_by = case when $8::text is not null then $5::uuid end,
               answered_at = case when $8::text is not null then $6::timestamptz end
             where company_id = $1 and order_id = $2 and ($3::uuid is null or item_id = $3) and closed_at is null",
            tx.company_id().0,
            self.order_id.0,
            item.map(|item| item.0),
            self.kind.code(),
            self.actor_id.0,
            self.at.to_sqlx() as _,
            self.version,
            answer,
            wished_on.flatten().map(ToSqlx::to_sqlx) as _
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Opens the record of a line. One that an undo brings back keeps its age and who marked it. A closed order gets none,
    /// since nobody answers for it: [`Self::open_again`] does when it comes back.
    async fn open(&self, tx: &mut CompanyTx, item: ItemId, units: Decimal, cause: Cause) -> Result<()> {
        sqlx::query!(
            "insert into shortages (company_id, id, order_id, item_id, units, cause, marked_by, marked_at, began_version)
             select $1, $2, $3, $4, $5, $6, coalesce(was.marked_by, $7), coalesce(was.marked_at, $8), $9
             from orders o left join lateral (
               select marked_by, marked_at from shortages
               where company_id = $1 and order_id = $3 and item_id = $4 and closed_version = $10
               order by began_version desc limit 1
             ) as was on true
             where o.company_id = $1 and o.id = $3 and o.state = 'open'",
            tx.company_id().0,
            Uuid::now_v7(),
            self.order_id.0,
            item.0,
            units,
            cause.code(),
            self.actor_id.0,
            self.at.to_sqlx() as _,
            self.version,
            self.undoes
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    async fn count(&self, tx: &mut CompanyTx, item: ItemId, units: Decimal) -> Result<()> {
        sqlx::query!(
            "update shortages set units = $4 where company_id = $1 and order_id = $2 and item_id = $3 and closed_at is null",
            tx.company_id().0,
            self.order_id.0,
            item.0,
            units
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// The order is open again, and its lines wait as they did.
    async fn open_again(&self, tx: &mut CompanyTx) -> Result<()> {
        sqlx::query!(
            "insert into shortages (company_id, id, order_id, item_id, units, cause, marked_by, marked_at, began_version)
             select $1, gen_random_uuid(), $2, i.id, i.unanswered, case when i.is_short then 'short' else 'not_found' end,
               coalesce(was.marked_by, $3), coalesce(was.marked_at, $4), $5
             from order_items i left join lateral (
               select marked_by, marked_at from shortages s
               where s.company_id = $1 and s.order_id = $2 and s.item_id = i.id order by s.closed_version desc limit 1
             ) as was on true
             where i.company_id = $1 and i.order_id = $2 and i.unanswered > 0
             on conflict (company_id, item_id) where closed_at is null do update set units = excluded.units",
            tx.company_id().0,
            self.order_id.0,
            self.actor_id.0,
            self.at.to_sqlx() as _,
            self.version
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    async fn agree(&self, tx: &mut CompanyTx, item: ItemId, with: &Replacement) -> Result<()> {
        sqlx::query!(
            "insert into agreed_replacements (company_id, order_id, item_id, version, customer_code, code, unit, replacement_code,
               replacement_unit, replacement, agreed_by, agreed_at)
             select $1, $2, $3, $4, o.customer_code, i.code, i.unit, $5, $6, $7, $8, $9
             from orders o join order_items i on i.company_id = $1 and i.order_id = $2 and i.id = $3
             where o.company_id = $1 and o.id = $2",
            tx.company_id().0,
            self.order_id.0,
            item.0,
            self.version,
            with.code.as_deref(),
            with.unit.as_deref(),
            with.text,
            self.actor_id.0,
            self.at.to_sqlx() as _
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Withdraws what was agreed: the customer does not take it after all.
    async fn withdraw(&self, tx: &mut CompanyTx) -> Result<()> {
        sqlx::query!(
            "update agreed_replacements set withdrawn_version = $3
             where company_id = $1 and order_id = $2 and withdrawn_version is null and item_id = $4",
            tx.company_id().0,
            self.order_id.0,
            self.version,
            self.item_id.map(|item| item.0)
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Reverses the entry `undone`: what it agreed is not agreed, what it withdrew is agreed again, and what it answered is not
    /// answered.
    async fn undo(&self, tx: &mut CompanyTx, undone: i64) -> Result<()> {
        sqlx::query!(
            "with unanswered as (
               update shortages set closed_as = $3 where company_id = $1 and order_id = $2 and closed_version = $4 and answer is not null
             )
             update agreed_replacements set withdrawn_version = case when version = $4 then $5::bigint end
             where company_id = $1 and order_id = $2 and (version = $4 or withdrawn_version = $4)",
            tx.company_id().0,
            self.order_id.0,
            self.kind.code(),
            undone,
            self.version
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}
