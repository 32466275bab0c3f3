//! SQL of the reasons for which lines are short.

use super::changes;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::{ShortageReason, USUAL_REASONS};
use crate::lang::Lang;
use crate::settings::model::changes::Part;
use crate::settings::model::reasons::Reason;

/// Every reason, hidden ones too, in the order of the sheet; the usual ones where nothing was set.
pub async fn list_reasons(tx: &mut CompanyTx, lang: Lang) -> Result<Vec<Reason>> {
    let mut changed = changes::list_newest(tx, Part::Reasons).await?;
    let mut rows = sqlx::query_as!(
        ShortageReason,
        "select code, name, hidden from shortage_reasons where company_id = $1 order by position, code",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    if rows.is_empty() {
        rows = USUAL_REASONS.map(ShortageReason::usual).into();
    }
    let listed = rows.into_iter().map(|reason| Reason {
        word: reason.word(lang),
        last: changed.remove(&reason.code),
        reason,
    });
    Ok(listed.collect())
}

/// Writes all of them, in this order: those that were not there, too.
pub async fn write_reasons(tx: &mut CompanyTx, reasons: &[ShortageReason]) -> Result<()> {
    let codes: Vec<String> = reasons.iter().map(|reason| reason.code.clone()).collect();
    let names: Vec<Option<String>> = reasons.iter().map(|reason| reason.name.clone()).collect();
    let hidden: Vec<bool> = reasons.iter().map(|reason| reason.hidden).collect();
    sqlx::query!(
        "insert into shortage_reasons (company_id, code, name, position, hidden)
         select $1, r.code, r.name, r.place::smallint, r.hidden
         from unnest($2::text[], $3::text[], $4::boolean[]) with ordinality r (code, name, hidden, place)
         on conflict on constraint shortage_reasons_pkey do update
           set name = excluded.name, position = excluded.position, hidden = excluded.hidden",
        tx.company_id().0,
        &codes,
        &names as &[Option<String>],
        &hidden
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
