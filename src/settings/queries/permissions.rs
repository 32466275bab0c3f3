//! Queries for a company's deviations from the table of permissions.

use crate::actor::{Grant, Overrides, Permission, Role};
use crate::db::CompanyTx;
use crate::error::Result;

pub async fn get_overrides(tx: &mut CompanyTx) -> Result<Overrides> {
    let stored = sqlx::query_scalar!(
        r#"select permission || ' ' || role || ' ' || granted as "granted!" from permission_grants
           where company_id = $1"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(Overrides::from_stored(&stored))
}

/// Sets a cell; a cell that equals the default is deleted.
pub async fn set_grant(tx: &mut CompanyTx, permission: Permission, role: Role, grant: Grant) -> Result<()> {
    if permission.grant(role) == grant {
        sqlx::query!(
            "delete from permission_grants where company_id = $1 and permission = $2 and role = $3",
            tx.company_id().0,
            permission.code(),
            role.code()
        )
        .execute(&mut **tx)
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "insert into permission_grants (company_id, permission, role, granted) values ($1, $2, $3, $4)
         on conflict on constraint permission_grants_pkey do update set granted = excluded.granted",
        tx.company_id().0,
        permission.code(),
        role.code(),
        grant.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
