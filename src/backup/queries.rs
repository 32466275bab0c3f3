//! Queries around backups, run as the owner of the database.

use sqlx::{Connection, Executor, PgConnection};

/// Roles belong to the server, not to the dump.
const MAKE_ROLES: &str = include_str!("roles.sql");

/// Which PostgreSQL serves the database.
pub async fn get_major(url: &str) -> Result<u32, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let number = sqlx::query_scalar!(r#"select current_setting('server_version_num')::int as "number!""#)
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(u32::try_from(number).unwrap_or_default() / 10_000)
}

/// Whether nothing stands in the way of a restore. What extensions bring along does not: hosters put theirs into new databases.
pub async fn is_empty(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
               and not exists (select from pg_depend d
                 where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')) as "empty!""#
    )
    .fetch_one(connection)
    .await
}

pub async fn make_roles(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(MAKE_ROLES).await.map(drop)
}

/// A dump holds no statistics, and plans without them are bad ones.
pub async fn analyze(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("analyze").await.map(drop)
}
