//! Queries of the doctor: the catalogue, read with the app's own login.

use jiff::Timestamp;
use sqlx::{Executor as _, PgConnection, Row as _};

use crate::db;

/// What the server reports of itself and of the session's role.
pub struct Server {
    pub version: String,
    pub version_num: i32,
    pub recovering: bool,
    pub read_only: bool,
    pub tls: bool,
    /// Connections for roles that are no superuser.
    pub connections: i32,
    pub login: String,
    pub is_superuser: bool,
    pub database: String,
    pub bytes: i64,
    pub started_at: Timestamp,
}

pub async fn get_server(connection: &mut PgConnection) -> Result<Server, sqlx::Error> {
    let row = sqlx::query!(
        r#"select current_setting('server_version') as "version!",
             current_setting('server_version_num')::int as "version_num!",
             pg_is_in_recovery() as "recovering!",
             current_setting('transaction_read_only')::boolean as "read_only!",
             coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as "tls!",
             current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as "connections!",
             current_user::text as "login!",
             (select rolsuper from pg_roles where rolname = current_user) as "is_superuser!",
             current_database()::text as "database!",
             pg_database_size(current_database()) as "bytes!",
             pg_postmaster_start_time() as "started_at!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Server {
        version: row.version,
        version_num: row.version_num,
        recovering: row.recovering,
        read_only: row.read_only,
        tls: row.tls,
        connections: row.connections,
        login: row.login,
        is_superuser: row.is_superuser,
        database: row.database,
        bytes: row.bytes,
        started_at: jiff_sqlx::Timestamp::to_jiff(row.started_at),
    })
}

pub async fn get_clock(connection: &mut PgConnection) -> Result<Timestamp, sqlx::Error> {
    let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(connection).await?;
    Ok(jiff_sqlx::Timestamp::to_jiff(now))
}

/// What can be asked through a pooler as well: as texts, for what is prepared may meet another backend.
pub struct Identity {
    pub login: String,
    pub database: String,
    /// In microseconds.
    pub started_at: i64,
}

pub async fn get_identity(connection: &mut PgConnection) -> Result<Identity, sqlx::Error> {
    let question = "select current_user::text as login, current_database()::text as database,
        (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint as started_at";
    let row = connection.fetch_one(question).await?;
    Ok(Identity {
        login: row.try_get("login")?,
        database: row.try_get("database")?,
        started_at: row.try_get("started_at")?,
    })
}

/// One of the app's roles.
pub struct Role {
    pub name: String,
    pub is_powerful: bool,
    pub owns: i64,
    /// Whether the session's role may become it.
    pub is_member: bool,
}

pub async fn list_roles(connection: &mut PgConnection) -> Result<Vec<Role>, sqlx::Error> {
    sqlx::query_as!(
        Role,
        r#"select
          r.rolname::text as "name!",
          r.rolsuper or r.rolbypassrls as "is_powerful!",
          (select count(*) from pg_class c where c.relowner = r.oid) as "owns!",
          pg_has_role(current_user, r.oid, 'member') as "is_member!"
        from pg_roles r where r.rolname::text = any($1)"#,
        &db::ROLES.map(str::to_owned)[..]
    )
    .fetch_all(connection)
    .await
}

/// Whether the session's role owns a table here.
pub async fn owns_tables(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind = 'r' and c.relowner = current_user::regrole) as "owns!""#
    )
    .fetch_one(connection)
    .await
}

pub struct CompanyTable {
    pub name: String,
    pub guarded: bool,
}

/// Tables whose rows are a company's, and the companies themselves.
pub async fn list_company_tables(connection: &mut PgConnection) -> Result<Vec<CompanyTable>, sqlx::Error> {
    sqlx::query_as!(
        CompanyTable,
        r#"select c.relname::text as "name!",
             c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) as "guarded!"
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = 'public' and c.relkind in ('r', 'p')
             and (c.relname = 'companies' or exists (
               select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped))
           order by 1"#
    )
    .fetch_all(connection)
    .await
}

/// A job's state, for the operator.
pub struct Job {
    pub name: String,
    /// Since it was due.
    pub late_seconds: f64,
    /// In a row.
    pub failures: i32,
    pub error: Option<String>,
}

pub async fn list_jobs(connection: &mut PgConnection) -> Result<Vec<Job>, sqlx::Error> {
    sqlx::query_as!(
        Job,
        r#"select
          name,
          extract(epoch from now() - due_at)::float8 as "late_seconds!",
          failures,
          error
        from jobs order by name"#
    )
    .fetch_all(connection)
    .await
}

/// A role and a table on which its policies and its grants disagree.
pub struct Right {
    pub role: String,
    pub table: String,
}

pub async fn list_rights(connection: &mut PgConnection) -> Result<Vec<Right>, sqlx::Error> {
    sqlx::query_as!(
        Right,
        r#"select r.rolname::text as "role!", c.relname::text as "table!"
           from pg_class c
           join pg_namespace n on n.oid = c.relnamespace
           join pg_roles r on r.rolname::text = any($1)
           where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relrowsecurity
             and exists (select from pg_policy p where p.polrelid = c.oid and r.oid = any(p.polroles))
               <> (has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')
                   or has_any_column_privilege(r.oid, c.oid, 'select, insert, update'))
           order by 1, 2"#,
        &db::ROLES.map(str::to_owned)[..]
    )
    .fetch_all(connection)
    .await
}
