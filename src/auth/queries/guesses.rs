//! Queries for failed guesses that belong to no company.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::auth::model::limits::{GuessKind, Tally};
use crate::db::PooledConnection;
use crate::error::Result;

/// Serialises guesses of one kind from one address.
pub async fn lock_guesses(db: &mut PooledConnection, kind: GuessKind, address: &str) -> Result<()> {
    let name = format!("door {} {address}", kind.code());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(db).await?;
    Ok(())
}

/// Failures of one kind from one address since then.
pub async fn get_guess_tally(
    db: &mut PooledConnection,
    kind: GuessKind,
    address: &str,
    since: Timestamp,
) -> Result<Tally> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", max(at) as last from door_failures
           where door = $1 and address = $2 and at > $3"#,
        kind.code(),
        address,
        since.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(tally(row.count, row.last))
}

/// A count of failures, and when the newest of them was.
pub(super) fn tally(count: i64, last: Option<jiff_sqlx::Timestamp>) -> Tally {
    Tally { count, last_at: last.map(jiff_sqlx::Timestamp::to_jiff) }
}

pub async fn insert_guess_failure(
    db: &mut PooledConnection,
    id: Uuid,
    kind: GuessKind,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into door_failures (id, door, address, at) values ($1, $2, $3, $4)",
        id,
        kind.code(),
        address,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes up to `batch` failures that no longer count.
pub async fn delete_old_door_failures(db: &mut PooledConnection, kept: Duration, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from door_failures where ctid = any(array(
           select ctid from door_failures where at < now() - make_interval(secs => $1) limit $2))",
        kept.as_secs_f64(),
        batch
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
