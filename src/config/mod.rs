//! Every setting, in one place: `separacao --help` lists them, and nothing else reads the environment.

mod arguments;
mod check;
mod origins;
mod proxies;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::connection::Patience;

pub use arguments::parse;
pub use check::SettingsError;
pub(crate) use origins::parse_origin;
pub use proxies::Network;
pub(crate) use proxies::read_address;

/// What APP_ENV may say.
const PRODUCTION: &str = "production";
const DEVELOPMENT: &str = "development";

/// What a server needs to know. Names that the predecessor had keep their meaning.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Postgres; without it, a PostgreSQL installed on this machine is started on a private folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Postgres past a pooler, for migrations.
    #[arg(long, env = "DATABASE_UNPOOLED_URL", hide_env_values = true)]
    pub database_unpooled_url: Option<String>,

    /// Connections to Postgres that a replica may hold.
    #[arg(long, env = "DATABASE_MAX_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    pub database_max_connections: u32,

    /// Prepared statements kept per connection; 0 behind PgBouncer in transaction mode.
    #[arg(long, env = "DATABASE_STATEMENT_CACHE", default_value_t = 200)]
    pub database_statement_cache: usize,

    /// Redis (redis://, rediss://, Sentinel or Cluster); without it the doorbell stays in this process.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

    /// Where traces and errors are sent by OTLP over HTTP, without /v1/traces; the other variables of OpenTelemetry hold as well.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,

    /// Prefix of every Redis channel, so that deployments may share a Redis.
    #[arg(long, env = "REDIS_PREFIX", default_value = "separacao")]
    pub redis_prefix: String,

    /// Port to listen on, IPv6 and IPv4; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 8000)]
    pub port: u16,

    /// Address to listen on.
    #[arg(long, env = "HOST", default_value = "::")]
    pub host: std::net::IpAddr,

    /// Pepper of the PINs; at least 32 characters, the same on all replicas. Changed only beside SECRET_KEY_PREVIOUS.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// The pepper before SECRET_KEY was changed: PINs kept under it still open, and move to the new one as they are used.
    #[arg(long, env = "SECRET_KEY_PREVIOUS", hide_env_values = true)]
    pub secret_key_previous: Option<String>,

    /// The predecessor's switch: refused in production, where it opened too much; of no effect elsewhere.
    #[arg(long, env = "DEBUG", default_value = "false", action = clap::ArgAction::Set,
          value_parser = clap::builder::BoolishValueParser::new())]
    pub debug: bool,

    /// Host names that requests may carry, separated by commas; RAILWAY_PUBLIC_DOMAIN by default.
    #[arg(long, env = "ALLOWED_HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,

    /// Origins (scheme://host:port) that may send commands and open sockets, separated by commas.
    #[arg(long, env = "CSRF_TRUSTED_ORIGINS", value_delimiter = ',')]
    pub csrf_trusted_origins: Vec<String>,

    /// Further origins, joined to CSRF_TRUSTED_ORIGINS.
    #[arg(long, env = "PUBLIC_ORIGINS", value_delimiter = ',')]
    pub public_origins: Vec<String>,

    /// Given by Railway.
    #[arg(long, env = "RAILWAY_PUBLIC_DOMAIN")]
    pub railway_public_domain: Option<String>,

    /// Given by Railway; with it this is production.
    #[arg(long, env = "RAILWAY_ENVIRONMENT_NAME")]
    pub railway_environment_name: Option<String>,

    /// Older name of RAILWAY_ENVIRONMENT_NAME.
    #[arg(long, env = "RAILWAY_ENVIRONMENT")]
    pub railway_environment: Option<String>,

    /// Given by Railway; begins the name under which a replica claims jobs.
    #[arg(long, env = "RAILWAY_REPLICA_ID")]
    pub railway_replica_id: Option<String>,

    /// `production` or `development` (the default outside Railway and the image).
    #[arg(long, env = "APP_ENV")]
    pub app_env: Option<String>,

    /// Replicas of this deployment; more than one needs REDIS_URL in production.
    #[arg(long, env = "REPLICAS", default_value_t = 1)]
    pub replicas: u32,

    /// Header with the client's address, believed only when set (Railway: X-Real-IP).
    #[arg(long, env = "CLIENT_ADDRESS_HEADER")]
    pub client_address_header: Option<String>,

    /// Networks (10.0.0.0/8, …), separated by commas, whose word about that header is believed; Railway's on Railway, else
    /// this machine's own.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Bearer token for /metrics and the details of /health; without it both stay closed.
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,

    /// Folder of the private PostgreSQL.
    #[arg(long, env = "DATA_DIR")]
    pub data_dir: Option<PathBuf>,

    #[arg(long, env = "XDG_DATA_HOME", hide = true)]
    pub xdg_data_home: Option<PathBuf>,

    #[arg(long, env = "HOME", hide = true)]
    pub home: Option<PathBuf>,

    /// Folder of PostgreSQL's programs.
    #[arg(long, env = "PG_BIN_DIR")]
    pub pg_bin_dir: Option<PathBuf>,

    /// Folder of backups; with it the server makes one a day.
    #[arg(long, env = "BACKUP_DIR")]
    pub backup_dir: Option<PathBuf>,

    /// Backups that are kept in that folder, the newest ones.
    #[arg(long, env = "BACKUP_KEEP", default_value_t = 30)]
    pub backup_keep: usize,

    /// Days after which the PDFs of closed orders are taken away; without it they are kept for ever.
    #[arg(long, env = "KEEP_PDF_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_pdf_days: Option<u32>,

    /// Background jobs in the server; off where `separacao worker` does them.
    #[arg(long, env = "JOBS", default_value = "true", action = clap::ArgAction::Set,
          value_parser = clap::builder::BoolishValueParser::new())]
    pub jobs: bool,

    /// Milliseconds between looks for a job that is due.
    #[arg(long, env = "JOB_POLL_MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub job_poll_ms: u64,

    /// Milliseconds without a word after which the job of a replica is taken over.
    #[arg(long, env = "JOB_LEASE_MS", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub job_lease_ms: u64,

    /// Log lines as JSON; the default in production.
    #[arg(long, env = "LOG_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub log_json: Option<bool>,

    /// Which log lines, in tracing's syntax.
    #[arg(
        long,
        env = "RUST_LOG",
        default_value = "info,sqlx=warn,fred=warn,lopdf=off,tower_sessions_core=error"
    )]
    pub log_filter: String,

    /// Token of the one-time set-up page; without it each start prints a fresh one of its own while nobody can administer.
    #[arg(long, env = "SETUP_TOKEN", hide_env_values = true)]
    pub setup_token: Option<String>,

    /// Milliseconds after SIGTERM at which sockets begin to be closed.
    #[arg(long, env = "DRAIN_SOCKETS_AFTER_MS", default_value_t = 8_000)]
    pub drain_sockets_after_ms: u64,

    /// Milliseconds over which they are closed; browsers spread their return over the same.
    #[arg(long, env = "DRAIN_SPREAD_MS", default_value_t = 15_000)]
    pub drain_spread_ms: u64,

    /// Milliseconds after SIGTERM at which the port is closed.
    #[arg(long, env = "DRAIN_LISTEN_MS", default_value_t = 25_000)]
    pub drain_listen_ms: u64,

    /// Milliseconds after SIGTERM at which the process ends.
    #[arg(long, env = "DRAIN_EXIT_MS", default_value_t = 35_000)]
    pub drain_exit_ms: u64,

    /// Milliseconds between beats of a visible page; a hidden one gets every fourth.
    #[arg(long, env = "BEAT_MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub beat_ms: u64,

    /// Milliseconds between looks at the feed when no doorbell rings.
    #[arg(long, env = "FEED_POLL_MS", default_value_t = 700, value_parser = clap::value_parser!(u64).range(1..))]
    pub feed_poll_ms: u64,

    /// Milliseconds between looks at the sessions of open sockets, when nothing says sooner.
    #[arg(long, env = "SESSION_CHECK_MS", default_value_t = 60_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub session_check_ms: u64,

    /// Requests a second of one person; five seconds' worth may come at once.
    #[arg(long, env = "PERSON_REQUESTS_PER_SECOND", default_value_t = 20)]
    pub person_requests_per_second: u32,

    /// Requests a second of one address, which a whole company may share; 3⅓ seconds' worth may come at once.
    #[arg(long, env = "ADDRESS_REQUESTS_PER_SECOND", default_value_t = 300)]
    pub address_requests_per_second: u32,

    /// Requests a second of those who are not signed in, per address; twenty seconds' worth may come at once.
    #[arg(long, env = "STRANGER_REQUESTS_PER_SECOND", default_value_t = 20)]
    pub stranger_requests_per_second: u32,

    /// Tries of a PIN or a token a second, per address; twenty seconds' worth may come at once.
    #[arg(long, env = "SIGN_IN_REQUESTS_PER_SECOND", default_value_t = 5)]
    pub sign_in_requests_per_second: u32,

    /// Milliseconds for a request's head, from its first byte or the connection's opening.
    #[arg(long, env = "HEAD_TIMEOUT_MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub head_timeout_ms: u64,

    /// Milliseconds that a connection may rest between requests; longer than the proxy in front keeps it.
    #[arg(long, env = "IDLE_TIMEOUT_MS", default_value_t = 75_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub idle_timeout_ms: u64,

    /// Milliseconds in which a browser must take the next 64 KiB of an answer.
    #[arg(long, env = "SEND_TIMEOUT_MS", default_value_t = 30_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub send_timeout_ms: u64,

    /// Connections one replica accepts; never more than the limit of open files allows.
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 12_000)]
    pub max_connections: usize,

    /// Of those, one address's (of IPv6 one /64), which a whole company may share; proxies are not counted.
    #[arg(long, env = "ADDRESS_CONNECTIONS", default_value_t = 2_000)]
    pub address_connections: usize,

    /// Sockets one replica accepts, and as many waiting polls.
    #[arg(long, env = "MAX_SOCKETS", default_value_t = 10_000)]
    pub max_sockets: usize,
}

/// The binary that runs: it reads PDFs as a child of its own.
pub fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

impl Settings {
    /// On Railway, or said so by APP_ENV: nothing is ever guessed.
    pub fn is_production(&self) -> bool {
        self.is_on_railway() || self.app_env.as_deref() == Some(PRODUCTION)
    }

    pub fn is_on_railway(&self) -> bool {
        self.railway_environment_name.is_some() || self.railway_environment.is_some()
    }

    /// Whether people reach this server over TLS, so that cookies are Secure and HSTS is sent.
    pub fn is_https(&self) -> bool {
        self.is_production()
    }

    pub fn beat(&self) -> Duration {
        Duration::from_millis(self.beat_ms)
    }

    pub fn patience(&self) -> Patience {
        Patience {
            head: Duration::from_millis(self.head_timeout_ms),
            idle: Duration::from_millis(self.idle_timeout_ms),
            send: Duration::from_millis(self.send_timeout_ms),
        }
    }

    pub fn session_check(&self) -> Duration {
        Duration::from_millis(self.session_check_ms)
    }

    pub fn job_poll(&self) -> Duration {
        Duration::from_millis(self.job_poll_ms)
    }

    pub fn job_lease(&self) -> Duration {
        Duration::from_millis(self.job_lease_ms)
    }

    pub fn feed_poll(&self) -> Duration {
        Duration::from_millis(self.feed_poll_ms)
    }
}
