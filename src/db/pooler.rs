//! Tells a pooler in transaction mode, such as PgBouncer: it gives the backend of an idle session to another one, and
//! PostgreSQL itself never does. What a session keeps, prepared statements and advisory locks, is then somebody else's.

use std::collections::HashSet;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor as _, Row as _};
use tokio::time::timeout;

use super::fault::silence;

/// Time limit of finding out; a server starts without knowing.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often each session is asked for its backend: while others use the pooler, a pair may differ by chance.
const ROUNDS: usize = 4;

/// Whether this session, and another one that is opened for it, share backends.
pub(crate) async fn is_before(
    session: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<bool, sqlx::Error> {
    let compared = timeout(PATIENCE, compare(session, options)).await;
    compared.unwrap_or_else(|_| Err(silence(PATIENCE)))
}

async fn compare(session: &mut PgConnection, options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut other = PgConnection::connect_with(options).await?;
    let (mut ours, mut others) = (HashSet::new(), HashSet::new());
    for _ in 0..ROUNDS {
        ours.insert(backend(session).await?);
        others.insert(backend(&mut other).await?);
    }
    other.close().await?;
    Ok(ours.len() > 1 || others.len() > 1 || !ours.is_disjoint(&others))
}

/// Which backend serves the session now; as a text, for what is prepared may meet another one.
async fn backend(session: &mut PgConnection) -> Result<i32, sqlx::Error> {
    session.fetch_one("select pg_backend_pid()").await?.try_get(0)
}

/// How many prepared statements a connection may keep: none behind a pooler, whatever is wanted. The one of a name may be
/// missing there, or be another session's, and that would be run instead. A database that is away is not waited for.
pub(crate) async fn kept_statements(url: &str, wanted: usize) -> usize {
    if wanted > 0 && is_at(url).await.unwrap_or(false) {
        tracing::warn!(
            "the database is behind a pooler in transaction mode: no prepared statements are kept; set DATABASE_STATEMENT_CACHE=0"
        );
        return 0;
    }
    wanted
}

async fn is_at(url: &str) -> Result<bool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    let opened = timeout(PATIENCE, PgConnection::connect_with(&options)).await;
    let mut session = opened.unwrap_or_else(|_| Err(silence(PATIENCE)))?;
    let found = is_before(&mut session, &options).await;
    session.close().await?;
    found
}
