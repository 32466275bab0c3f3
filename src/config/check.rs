//! Checks of settings, made by every command before anything is touched.

use super::{DEVELOPMENT, PRODUCTION, Settings};

/// Why the settings cannot be used; printed at start.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("APP_ENV={0} is unknown; set it to {PRODUCTION} or {DEVELOPMENT}, or leave it out")]
    EnvironmentUnknown(String),
    #[error("APP_ENV={DEVELOPMENT} does not hold on Railway, which is production; remove it")]
    EnvironmentContradicted,
    #[error("{0} is set in production; remove it, or set APP_ENV={DEVELOPMENT} on a machine of your own")]
    DevelopmentOnly(&'static str),
    #[error("DATABASE_URL is not set; in production there is no embedded database to fall back to")]
    DatabaseMissing,
    #[error("REDIS_URL is not set; with REPLICAS={0} the replicas would not hear each other")]
    RedisMissing(u32),
    #[error("SECRET_KEY is missing; set it to at least 32 random characters (openssl rand -base64 48)")]
    SecretMissing,
    #[error("{0} is too weak; it needs at least 32 characters, of which at least 10 different")]
    SecretWeak(&'static str),
    #[error("{name} is a text that stands in an example; set it to random characters ({command})")]
    SecretKnown { name: &'static str, command: &'static str },
    #[error("{name} still holds a placeholder ({value}); put the real URL there")]
    Placeholder { name: &'static str, value: String },
    #[error("{name} is no address of {service}; it has to begin with {wanted}")]
    SchemeUnknown { name: &'static str, service: &'static str, wanted: &'static str },
    #[error("{0} is too short; it needs at least {LEAST_TOKEN} characters (openssl rand -hex 32)")]
    TokenWeak(&'static str),
    #[error("{0} is not an origin; write it as https://host or https://host:port")]
    OriginInvalid(String),
}

/// Characters of a token that opens something.
const LEAST_TOKEN: usize = 16;

/// Pepper outside production when SECRET_KEY is not set: a development machine needs no secret.
pub(super) const DEVELOPMENT_SECRET: &str = "development only: this machine holds nobody's real data";

/// Parts of secrets of examples and of development, in lower case.
const KNOWN_SECRETS: &[&str] = &[
    "${{",
    "<",
    "change-me",
    "change me",
    "change_me",
    "changeme",
    "development",
    "django-insecure",
    "example",
    "placeholder",
    "replace",
    "your-",
    "your_",
];

/// Hosts that stand in the URLs of examples.
const KNOWN_HOSTS: &[&str] = &["host", "hostname", "example.com"];

/// How addresses of PostgreSQL begin. The client itself takes any word there, and speaks to whatever listens.
const POSTGRES: &[&str] = &["postgres", "postgresql"];
/// How addresses of Redis begin: each also as a Cluster's and as Sentinels'.
const REDIS: &[&str] = &["redis", "rediss", "valkey", "valkeys"];
const REDIS_KINDS: &[&str] = &["-cluster", "-sentinel"];

impl Settings {
    /// Refuses settings that would appear to work and would not.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_environment()?;
        self.check_urls()?;
        self.check_schemes()?;
        self.secret()?;
        self.check_previous_secret()?;
        self.check_tokens()?;
        self.origins()?;
        if self.is_production() && self.database_url.is_none() {
            return Err(SettingsError::DatabaseMissing);
        }
        if self.is_production() && self.replicas > 1 && self.redis_url.is_none() {
            return Err(SettingsError::RedisMissing(self.replicas));
        }
        Ok(())
    }

    fn check_environment(&self) -> Result<(), SettingsError> {
        match self.app_env.as_deref() {
            None | Some(PRODUCTION) => {}
            Some(DEVELOPMENT) if self.is_on_railway() => return Err(SettingsError::EnvironmentContradicted),
            Some(DEVELOPMENT) => {}
            Some(other) => return Err(SettingsError::EnvironmentUnknown(other.to_owned())),
        }
        self.refuse_in_production("DEBUG", self.debug)
    }

    /// Refuses a development switch in production.
    pub fn refuse_in_production(&self, name: &'static str, is_set: bool) -> Result<(), SettingsError> {
        if is_set && self.is_production() { Err(SettingsError::DevelopmentOnly(name)) } else { Ok(()) }
    }

    fn check_urls(&self) -> Result<(), SettingsError> {
        let urls = [
            ("DATABASE_URL", &self.database_url),
            ("DATABASE_UNPOOLED_URL", &self.database_unpooled_url),
            ("REDIS_URL", &self.redis_url),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &self.otlp_endpoint),
        ];
        for (name, url) in urls {
            if let Some(url) = url.as_ref().filter(|url| is_placeholder(url)) {
                let value = if url.contains('@') { "***".to_owned() } else { url.clone() };
                return Err(SettingsError::Placeholder { name, value });
            }
        }
        Ok(())
    }

    /// Refuses another service's address. The address is not repeated: it may hold a password, also before the `://`.
    fn check_schemes(&self) -> Result<(), SettingsError> {
        let databases =
            [("DATABASE_URL", &self.database_url), ("DATABASE_UNPOOLED_URL", &self.database_unpooled_url)];
        for (name, url) in databases {
            if url.as_ref().is_some_and(|url| !POSTGRES.contains(&scheme(url).as_str())) {
                let wanted = "postgres:// or postgresql://";
                return Err(SettingsError::SchemeUnknown { name, service: "PostgreSQL", wanted });
            }
        }
        if self.redis_url.as_ref().is_some_and(|url| !is_of_redis(&scheme(url))) {
            let wanted =
                "redis://, or rediss:// over TLS (Sentinel: redis-sentinel://, Cluster: redis-cluster://)";
            return Err(SettingsError::SchemeUnknown { name: "REDIS_URL", service: "Redis", wanted });
        }
        Ok(())
    }

    /// Refuses tokens in production that could be guessed.
    fn check_tokens(&self) -> Result<(), SettingsError> {
        for (name, token) in [("SETUP_TOKEN", &self.setup_token), ("METRICS_TOKEN", &self.metrics_token)] {
            match token {
                Some(token) if self.is_production() && token.len() < LEAST_TOKEN => {
                    return Err(SettingsError::TokenWeak(name));
                }
                Some(token) if self.is_production() && is_known(token) => {
                    return Err(SettingsError::SecretKnown { name, command: "openssl rand -hex 32" });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The pepper before it was changed, if PINs kept under it still open.
    pub fn previous_secret(&self) -> Option<&str> {
        self.secret_key_previous.as_deref()
    }

    /// The pepper. Outside production a missing one is replaced by a well-known text.
    pub fn secret(&self) -> Result<&str, SettingsError> {
        let Some(secret) = self.secret_key.as_deref() else {
            let missing = self.is_production();
            return if missing { Err(SettingsError::SecretMissing) } else { Ok(DEVELOPMENT_SECRET) };
        };
        self.refuse_weak("SECRET_KEY", secret)?;
        Ok(secret)
    }

    /// A pepper that was in force here was strong, so a weak one before it is a slip: it would only double the cost of each PIN.
    fn check_previous_secret(&self) -> Result<(), SettingsError> {
        match self.previous_secret() {
            Some(previous) => self.refuse_weak("SECRET_KEY_PREVIOUS", previous),
            None => Ok(()),
        }
    }

    fn refuse_weak(&self, name: &'static str, secret: &str) -> Result<(), SettingsError> {
        let different: std::collections::HashSet<_> = secret.chars().collect();
        match () {
            () if !self.is_production() => Ok(()),
            () if is_known(secret) => {
                Err(SettingsError::SecretKnown { name, command: "openssl rand -base64 48" })
            }
            () if secret.len() < 32 || different.len() < 10 => Err(SettingsError::SecretWeak(name)),
            () => Ok(()),
        }
    }
}

fn is_known(secret: &str) -> bool {
    let secret = secret.to_lowercase();
    KNOWN_SECRETS.iter().any(|known| secret.contains(known))
}

/// What stands before the `://`.
fn scheme(url: &str) -> String {
    url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default()
}

fn is_of_redis(scheme: &str) -> bool {
    let plain = REDIS_KINDS.iter().find_map(|kind| scheme.strip_suffix(*kind)).unwrap_or(scheme);
    REDIS.contains(&plain)
}

/// Whether a URL is one of an example, or none at all.
fn is_placeholder(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return true };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    KNOWN_HOSTS.contains(&name.to_lowercase().as_str())
        || port == "port"
        || url.contains("${{")
        || url.contains('<')
}
