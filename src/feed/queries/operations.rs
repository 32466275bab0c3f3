//! The claim of an operation id, which makes a tap act once.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::actor::{Overrides, Role};
use crate::db::{CompanyTx, Db};
use crate::error::{AppError, Result};
use crate::hex;
use crate::ids::{CompanyId, OperationId, OrderId, PersonId, SessionId};

/// Identifies a tap: its person and its id.
#[derive(Clone, Copy, Debug)]
pub struct OperationKey {
    pub person_id: PersonId,
    pub operation_id: OperationId,
}

/// A tap that wants to act.
#[derive(Clone, Copy, Debug)]
pub struct NewOperation<'a> {
    pub company_id: CompanyId,
    pub key: OperationKey,
    pub fingerprint: &'a [u8; 32],
    pub session_id: Option<SessionId>,
    pub tapped_at: Option<Timestamp>,
    pub now: Timestamp,
}

/// The result of claiming an operation.
#[derive(Debug)]
pub enum OperationClaim {
    /// The operation is this transaction's; the roles of the person at this moment, and what the company has set of them.
    First(Vec<Role>, Overrides),
    /// The session has ended, or the person was deactivated.
    SignedOut,
    /// It was accepted before.
    Stored(StoredOperation),
}

/// An operation that was accepted before.
#[derive(Debug)]
pub struct StoredOperation {
    pub fingerprint: Vec<u8>,
    pub n: i64,
    pub version: Option<i64>,
    /// None: a build that stored none accepted it.
    pub output: Option<Value>,
}

/// Opens the command's transaction, claims its operation id and locks the orders, all in one message of text: it holds
/// nothing but ids, a digest and instants. From there on the transaction knows when and on which device the tap was made,
/// and the history that it writes says so. The orders are locked only for who has the claim.
pub async fn claim_operation(
    db: &Db,
    operation: &NewOperation<'_>,
    orders: &[OrderId],
) -> Result<(CompanyTx, OperationClaim)> {
    let NewOperation {
        company_id,
        key: OperationKey { person_id, operation_id },
        session_id,
        tapped_at,
        now,
        ..
    } = *operation;
    let fingerprint = hex::encode(operation.fingerprint);
    let session = session_id.map_or("null".to_owned(), |id| format!("'{id}'"));
    let tapped = tapped_at.map_or("null".to_owned(), |at| format!("'{at}'"));
    let claim = format!(
        "select is_first, roles, fingerprint, outcome -> 'output' as output, (outcome ->> 'n')::bigint as n,
           (outcome ->> 'version')::bigint as version,
           array(select permission || ' ' || role || ' ' || granted from permission_grants
             where company_id = '{company_id}') as granted
         from claim_operation('{company_id}', '{person_id}', '{operation_id}', '\\x{fingerprint}', {session}, '{now}',
           {tapped})"
    );
    let ids: Vec<String> = orders.iter().map(OrderId::to_string).collect();
    let lock = format!(
        "select locked.* from operations o cross join lateral lock_orders(o.company_id, '{{{}}}') locked
         where o.company_id = '{company_id}' and o.person_id = '{person_id}' and o.operation_id = '{operation_id}'
           and o.outcome is null",
        ids.join(",")
    );
    let questions = if orders.is_empty() { vec![claim] } else { vec![claim, lock] };
    let (mut tx, answers) = db.claim(company_id, &questions).await?;
    let mut answers = answers.into_iter();
    let row = answers.next().and_then(|mut rows| rows.pop()).ok_or(AppError::Unavailable(None))?;
    tx.set_locked_orders(answers.next().unwrap_or_default());
    Ok((tx, read_claim(&row)?))
}

/// Whether an operation was accepted before. Reads alone: who is told yes gets the stored answer from the claim.
pub async fn is_accepted(tx: &mut CompanyTx, key: OperationKey) -> Result<bool> {
    let accepted = sqlx::query_scalar!(
        r#"select exists (select from operations where company_id = $1 and person_id = $2 and operation_id = $3
             and outcome is not null) as "accepted!""#,
        tx.company_id().0,
        key.person_id.0,
        key.operation_id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(accepted)
}

fn read_claim(row: &PgRow) -> Result<OperationClaim, sqlx::Error> {
    if !row.try_get::<bool, _>("is_first")? {
        return Ok(OperationClaim::Stored(StoredOperation {
            fingerprint: row.try_get("fingerprint")?,
            n: row.try_get::<Option<i64>, _>("n")?.unwrap_or(0),
            version: row.try_get("version")?,
            output: row.try_get("output")?,
        }));
    }
    let codes: Option<Vec<String>> = row.try_get("roles")?;
    let granted: Vec<String> = row.try_get("granted")?;
    Ok(codes.map_or(OperationClaim::SignedOut, |codes| {
        let roles = codes.iter().filter_map(|code| Role::from_code(code)).collect();
        OperationClaim::First(roles, Overrides::from_stored(&granted))
    }))
}
