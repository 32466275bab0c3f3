//! SQL of what is guessed at before a company is known.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::auth::model::limits::{GuessKind, Tally};
use crate::db::PooledConnection;
use crate::error::Result;

/// Makes those who knock at a door from one address take turns.
pub async fn lock_guesses(db: &mut PooledConnection, kind: GuessKind, address: &str) -> Result<()> {
    let name = format!("door {} {address}", kind.code());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(db).await?;
    Ok(())
}

/// Failures at a door from one address since a moment.
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
    let last: Option<jiff_sqlx::Timestamp> = row.last;
    Ok(Tally { count: row.count, last_at: last.map(jiff_sqlx::Timestamp::to_jiff) })
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

/// Clears away failures that no longer count.
pub async fn delete_old_door_failures(db: &mut PooledConnection, before: Timestamp) -> Result<()> {
    sqlx::query!("delete from door_failures where at < $1", before.to_sqlx() as _).execute(db).await?;
    Ok(())
}
