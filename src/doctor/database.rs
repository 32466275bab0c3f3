//! Checks that the database can be reached and used by this build.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use super::queries::{self, Identity, Server};
use super::report::Section;
use super::schema;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db;
use crate::error::Chain;

/// Time limit of one question to the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time limit of all questions together.
const LONGEST: Duration = Duration::from_secs(30);
/// PostgreSQL's `server_version_num` of the oldest that is supported.
const OLDEST: i32 = 140_000;
/// Sessions and limits of replicas are compared by their clocks.
const CLOCKS_DIFFER: Duration = Duration::from_secs(2);
const CLOCKS_WRONG: Duration = Duration::from_secs(30);
/// Connections that are left to the operator.
const SPARE: i64 = 10;

pub async fn examine(settings: &Settings, database: Result<&str, String>, section: &mut Section<'_>) {
    let url = match database {
        Ok(url) => url,
        Err(why) => return section.fail("connection", why, "nothing works without a database"),
    };
    let examined = timeout(LONGEST, examine_reachable(settings, url, section)).await;
    match examined {
        Ok(Ok(())) => {}
        Ok(Err(error)) => section.fail("questions", Chain(&error).to_string(), "see the database's own log"),
        Err(_) => section.fail(
            "questions",
            format!("no answer within {} s", LONGEST.as_secs()),
            "see what it waits for",
        ),
    }
}

async fn connect(url: &str) -> Result<(PgConnection, PgConnectOptions), String> {
    let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| error.to_string())?;
    let named = options.clone().application_name("separacao doctor");
    let opening = named.connect();
    let place = db::place(&options);
    match timeout(PATIENCE, opening).await {
        Ok(Ok(connection)) => Ok((connection, options)),
        Ok(Err(error)) => Err(format!("{place}: {}", Chain(&error))),
        Err(_) => Err(format!("{place}: no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn examine_reachable(
    settings: &Settings,
    url: &str,
    section: &mut Section<'_>,
) -> Result<(), sqlx::Error> {
    let (mut connection, options) = match connect(url).await {
        Ok(connected) => connected,
        Err(error) => {
            section.fail(
                "connection",
                error,
                "check DATABASE_URL, and that the database runs and lets this machine in",
            );
            return Ok(());
        }
    };
    let here = queries::get_identity(&mut connection).await?;
    section.ok("connection", format!("{} as {}", db::place(&options), here.login));
    let pooled = pooler(settings, &mut connection, &options, section).await;
    let past = unpooled(settings, &here, section).await;
    // Behind a pooler the rest is asked past it.
    let (mut connection, options) = match (pooled, past) {
        (false, _) => (connection, options),
        (true, Some(past)) => past,
        (true, None) => {
            section.skip("schema", "it is not looked at through the pooler");
            return Ok(());
        }
    };
    let server = queries::get_server(&mut connection).await?;
    version(&server, section);
    tls(settings, &options, &server, section);
    writes(&server, section);
    clock(&mut connection, section).await?;
    connections(settings, &server, section);
    if schema::schema(&mut connection, section).await? {
        schema::roles(&mut connection, &server, section).await?;
        schema::row_level_security(&mut connection, section).await?;
        schema::rights(&mut connection, section).await?;
        schema::jobs(settings, &mut connection, section).await;
    }
    let megabytes = server.bytes / 1_000_000;
    section.ok("size", format!("{megabytes} MB in {}", server.database));
    connection.close().await
}

fn version(server: &Server, section: &mut Section<'_>) {
    if server.version_num >= OLDEST {
        section.ok("version", format!("PostgreSQL {}", server.version));
    } else {
        section.fail(
            "version",
            format!("PostgreSQL {}", server.version),
            "upgrade to PostgreSQL 14 or newer",
        );
    }
}

fn tls(settings: &Settings, options: &PgConnectOptions, server: &Server, section: &mut Section<'_>) {
    let inside = options.get_socket().is_some() || super::machine::is_private(options.get_host());
    match server.tls {
        true if matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull) => {
            section.ok("TLS", "on, with the certificate checked");
        }
        true => section.ok("TLS", "on; the certificate is not checked (sslmode=verify-full would)"),
        false if inside || !settings.is_production() => section.ok("TLS", "off, on a private network"),
        false => section.warn("TLS", "off", "add sslmode=verify-full to DATABASE_URL"),
    }
}

fn writes(server: &Server, section: &mut Section<'_>) {
    match (server.recovering, server.read_only) {
        (false, false) => section.ok("writes", "taken"),
        (true, _) => section.fail(
            "writes",
            "refused: it is a standby",
            "lead DATABASE_URL to the primary, or promote this one",
        ),
        (false, true) => section.fail(
            "writes",
            "refused: transactions are read only",
            "a full disk? alter system reset default_transaction_read_only",
        ),
    }
}

async fn clock(connection: &mut PgConnection, section: &mut Section<'_>) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    let there = queries::get_clock(connection).await?;
    let half = began.elapsed() / 2;
    let here = Clock::default().now().saturating_sub(half).unwrap_or(there);
    let differ = here.duration_since(there).unsigned_abs();
    let found = format!("{:.3} s apart from this machine's", differ.as_secs_f64());
    match differ {
        differ if differ < CLOCKS_DIFFER => section.ok("clock", found),
        differ if differ < CLOCKS_WRONG => section.warn("clock", found, "let both keep their time by NTP"),
        _ => section.fail(
            "clock",
            found,
            "sessions end too early or too late; let both keep their time by NTP",
        ),
    }
    Ok(())
}

/// In a deploy the old replicas and the new ones run side by side.
fn connections(settings: &Settings, server: &Server, section: &mut Section<'_>) {
    let wanted = 2 * i64::from(settings.replicas) * i64::from(settings.database_max_connections) + SPARE;
    let there = i64::from(server.connections);
    let found =
        format!("{there} may be opened; {} replicas of two builds want {wanted} at most", settings.replicas);
    if wanted <= there {
        section.ok("connections", found);
    } else {
        section.warn(
            "connections",
            found,
            "lower DATABASE_MAX_CONNECTIONS, raise max_connections, or put PgBouncer between",
        );
    }
}

/// Whether there is a pooler in transaction mode.
async fn pooler(
    settings: &Settings,
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    section: &mut Section<'_>,
) -> bool {
    let pooled = match db::pooler::is_before(connection, options).await {
        Ok(pooled) => pooled,
        Err(error) => {
            let error = Chain(&error);
            section.warn("pooler", format!("a second connection failed: {error}"), "see max_connections");
            return false;
        }
    };
    match (pooled, settings.database_statement_cache, settings.database_unpooled_url.is_some()) {
        (false, _, _) => section.ok("pooler", "none: each session has a backend of its own"),
        (true, 0, true) => {
            section.ok("pooler", "in transaction mode; no statements are kept, migrations go past it");
        }
        (true, _, false) => section.fail(
            "pooler",
            "in transaction mode, also for migrations",
            "set DATABASE_UNPOOLED_URL to the address past it",
        ),
        (true, _, true) => section.warn(
            "pooler",
            "in transaction mode, and statements are to be kept per session; a server that notices keeps none",
            "set DATABASE_STATEMENT_CACHE=0, so that it need not notice",
        ),
    }
    pooled
}

/// The connection past the pooler, where there is one and it leads to the same database.
async fn unpooled(
    settings: &Settings,
    pooled: &Identity,
    section: &mut Section<'_>,
) -> Option<(PgConnection, PgConnectOptions)> {
    let url = settings.database_unpooled_url.as_ref()?;
    let (mut connection, options) = match connect(url).await {
        Ok(connected) => connected,
        Err(error) => {
            section.fail("unpooled", error, "migrations and backups use DATABASE_UNPOOLED_URL");
            return None;
        }
    };
    match queries::get_server(&mut connection).await {
        Ok(server)
            if server.database == pooled.database
                && server.started_at.as_microsecond() == pooled.started_at =>
        {
            section.ok("unpooled", format!("the same database, as {}", server.login));
            return Some((connection, options));
        }
        Ok(server) => section.fail(
            "unpooled",
            format!("{} of another server than DATABASE_URL's {}", server.database, pooled.database),
            "lead DATABASE_UNPOOLED_URL to the same database",
        ),
        Err(error) => section.fail("unpooled", Chain(&error).to_string(), "migrations and backups use it"),
    }
    None
}
