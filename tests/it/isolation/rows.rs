//! What the tables themselves show and keep.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{SECRETS, fill, texts};
use crate::support::database::superuser;
use crate::support::server::TestServer;

#[tokio::test]
async fn the_database_shows_a_company_only_its_own_rows() {
    let server = TestServer::start().await;
    fill(&server, "alfa", "nossa nota").await;
    fill(&server, "beta", SECRETS[1]).await;
    let alfa = server.company("alfa").await.id;
    let tables = texts(
        &server,
        "select c.table_name::text from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
         where c.table_schema = 'public' and c.column_name = 'company_id' and t.table_type = 'BASE TABLE' order by 1",
    )
    .await;
    assert!(tables.len() > 15, "{tables:?}");
    roles_own_nothing(&server).await;
    let mut connection = superuser(&server.database_url).await;
    for table in &tables {
        only_its_own(&mut connection, table, &alfa.to_string()).await;
    }
    // Nor can it write a row of another company, or move one there.
    let beta = server.company("beta").await.id;
    for sql in [
        format!("update orders set urgent = true where company_id = '{beta}' returning 1"),
        format!("update orders set company_id = '{beta}' returning 1"),
        format!("insert into search_words values ('{beta}', 'x', gen_random_uuid()) returning 1"),
    ] {
        let mut tx = connection.begin().await.unwrap();
        let setup = format!("set local role separacao_app; set local app.company_id = '{alfa}'");
        sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut *tx).await.unwrap();
        let done = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *tx).await;
        assert!(done.is_err() || done.is_ok_and(|done| done.rows_affected() == 0), "{sql}");
    }
}

async fn roles_own_nothing(server: &TestServer) {
    let unguarded = texts(
        server,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
           and (not c.relrowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))",
    )
    .await;
    assert!(unguarded.is_empty(), "tables without row-level security or policies: {unguarded:?}");
    let owned = texts(
        server,
        "select c.relname::text from pg_class c where pg_get_userbyid(c.relowner) like 'separacao%'
         union all select rolname::text from pg_roles where rolname like 'separacao%' and (rolsuper or rolbypassrls or rolcanlogin)",
    )
    .await;
    assert!(owned.is_empty(), "the app's roles own nothing and bypass nothing: {owned:?}");
}

/// The app sees no row of a table that is not of the company `alfa`, and the gate no table that is not the gate's.
async fn only_its_own(connection: &mut PgConnection, table: &str, alfa: &str) {
    let mut seen = async |role: &str, company: &str| -> Result<i64, String> {
        let mut tx = connection.begin().await.unwrap();
        let setup = format!("set local role {role}; set local app.company_id = '{company}'");
        sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut *tx).await.unwrap();
        let foreign = format!("select count(*) from {table} where company_id <> '{alfa}'");
        let answer = sqlx::query_scalar(AssertSqlSafe(foreign)).fetch_one(&mut *tx).await;
        answer.map_err(|error| error.to_string())
    };
    let denied = |answer: &Result<i64, String>| answer.as_ref().is_err_and(|error| error.contains("denied"));
    for company in [alfa, ""] {
        let app = seen("separacao_app", company).await;
        assert!(app == Ok(0) || denied(&app), "{table}, as {company:?}: {app:?}");
    }
    let of_the_gate = [
        "people",
        "sessions",
        "known_devices",
        "shared_devices",
        "sign_in_failures",
        "feed_heads",
        // What a session may do, and how its pages count.
        "permission_grants",
        "work_hours",
        "shortage_reasons",
        "company_looks",
        "company_pictures",
        "holidays",
        "walls",
        "wall_codes",
        "wall_code_failures",
    ];
    if !of_the_gate.contains(&table) {
        let gate = seen("separacao_gate", "").await;
        assert!(denied(&gate), "the gate reads {table}: {gate:?}");
    }
}
