//! Queries for the columns of people that sign-in owns: the PIN, the language and the theme.

use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId};
use crate::lang::Lang;
use crate::theme::Theme;

/// Whether this person of the company is no longer active.
pub async fn is_inactive(db: &mut PooledConnection, company_id: CompanyId, id: PersonId) -> Result<bool> {
    let inactive = sqlx::query_scalar!(
        r#"select exists (select from people p where p.company_id = $1 and p.id = $2 and not p.active) as "inactive!""#,
        company_id.0,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(inactive)
}

/// Stores a PIN that another person knows.
pub async fn update_pin_reset(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    pin_hash: &str,
) -> Result<()> {
    sqlx::query!(
        "update people set pin_hash = $3, pin_must_change = true where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        pin_hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces one's own PIN. False: it has been replaced since `old_hash` was read.
pub async fn update_own_pin(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "update people set pin_hash = $4, pin_must_change = false
         where company_id = $1 and id = $2 and pin_hash = $3",
        company_id.0,
        id.0,
        old_hash,
        new_hash
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores the same PIN under the current pepper. False: it has been replaced since `old_hash` was read.
pub async fn renew_pin_hash(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "update people set pin_hash = $4 where company_id = $1 and id = $2 and pin_hash = $3",
        company_id.0,
        id.0,
        old_hash,
        new_hash
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks for a new PIN at once: the rule has become stricter than the one in use.
pub async fn update_pin_must_change(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
) -> Result<()> {
    sqlx::query!(
        "update people set pin_must_change = true where company_id = $1 and id = $2",
        company_id.0,
        person_id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_language(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    lang: Lang,
) -> Result<()> {
    sqlx::query!(
        "update people set language = $3 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        lang.tag()
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_theme(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    theme: Theme,
) -> Result<()> {
    sqlx::query!(
        "update people set theme = $3 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        theme.code()
    )
    .execute(db)
    .await?;
    Ok(())
}
