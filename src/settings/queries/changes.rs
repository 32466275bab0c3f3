//! Queries for changes of settings: the versions that forms are judged by.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;
use crate::settings::model::changes::{LastChange, Part};

/// A change about to be kept.
#[derive(Debug)]
pub struct NewChange<'a> {
    pub part: Part,
    pub subject: &'a str,
    pub version: i64,
    /// None: it is new.
    pub before: Option<Value>,
    pub after: Value,
    pub changed_by: PersonId,
    pub at: Timestamp,
}

/// Serialises changes of a company's settings.
pub async fn lock_settings(tx: &mut CompanyTx) -> Result<()> {
    sqlx::query!("select id from companies where id = $1 for no key update", tx.company_id().0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// The newest change of each thing of a part.
pub async fn list_newest(tx: &mut CompanyTx, part: Part) -> Result<HashMap<String, LastChange>> {
    let rows = sqlx::query!(
        r#"select distinct on (s.subject) s.subject, s.version, s.at as "at: jiff_sqlx::Timestamp", p.name
           from settings_changes s
           join people p on p.company_id = $1 and p.id = s.changed_by
           where s.company_id = $1 and s.part = $2 order by s.subject, s.version desc"#,
        tx.company_id().0,
        part.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let last = |version, by, at: jiff_sqlx::Timestamp| LastChange { version, by, at: at.to_jiff() };
    Ok(rows.into_iter().map(|row| (row.subject, last(row.version, row.name, row.at))).collect())
}

/// Things of a part whose `due` was changed since anybody said what becomes of their open orders, and the version of that
/// change.
pub async fn list_due_changes(tx: &mut CompanyTx, part: Part) -> Result<HashMap<String, i64>> {
    let rows = sqlx::query!(
        r#"select c.subject, max(c.version) as "version!" from settings_changes c
           where c.company_id = $1 and c.part = $2 and c.before is not null
             and c.before -> 'due' is distinct from c.after -> 'due'
             and not exists (select from settings_changes d
               where d.company_id = $1 and d.part = $2 and d.subject = c.subject || '.due'
                 and (d.after ->> 'of')::bigint >= c.version)
           group by c.subject"#,
        tx.company_id().0,
        part.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.subject, row.version)).collect())
}

pub async fn insert_change(tx: &mut CompanyTx, new: &NewChange<'_>) -> Result<()> {
    sqlx::query!(
        "insert into settings_changes (company_id, part, subject, version, before, after, changed_by, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.company_id().0,
        new.part.code(),
        new.subject,
        new.version,
        new.before,
        new.after,
        new.changed_by.0,
        new.at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
