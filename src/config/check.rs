//! Settings that would only look as if they worked are refused at the start.

use super::Settings;

/// Why the settings cannot be used; said to the operator at start.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("DATABASE_URL is not set; in production there is no embedded database to fall back to")]
    DatabaseMissing,
    #[error("REDIS_URL is not set; with REPLICAS={0} the replicas would not hear each other")]
    RedisMissing(u32),
    #[error("SECRET_KEY is missing; set it to at least 32 random characters (openssl rand -base64 48)")]
    SecretMissing,
    #[error("SECRET_KEY is too weak; it needs at least 32 characters, of which at least 10 different")]
    SecretWeak,
    #[error("{name} still holds a placeholder ({value}); put the real URL there")]
    Placeholder { name: &'static str, value: String },
    #[error("{0} is too short; it needs at least {LEAST_TOKEN} characters (openssl rand -hex 32)")]
    TokenWeak(&'static str),
    #[error("{0} is not an origin; write it as https://host or https://host:port")]
    OriginInvalid(String),
}

/// Characters of a token that opens something.
const LEAST_TOKEN: usize = 16;

/// Pepper outside production when SECRET_KEY is not set: a development machine needs no secret.
const DEVELOPMENT_SECRET: &str = "development only: this machine holds nobody's real data";

impl Settings {
    /// Refuses to start on settings that would only look as if they worked.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (name, url) in [("DATABASE_URL", &self.database_url), ("REDIS_URL", &self.redis_url)] {
            if let Some(url) = url
                && (url.ends_with("://host:port") || url.contains("${{") || !url.contains("://"))
            {
                let value = if url.contains('@') { "***".to_owned() } else { url.clone() };
                return Err(SettingsError::Placeholder { name, value });
            }
        }
        self.check_secret()?;
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

    /// Refuses tokens in production that could be guessed.
    fn check_tokens(&self) -> Result<(), SettingsError> {
        for (name, token) in [("SETUP_TOKEN", &self.setup_token), ("METRICS_TOKEN", &self.metrics_token)] {
            if self.is_production() && token.as_ref().is_some_and(|token| token.len() < LEAST_TOKEN) {
                return Err(SettingsError::TokenWeak(name));
            }
        }
        Ok(())
    }

    /// Refuses a missing or weak secret outside development.
    pub fn check_secret(&self) -> Result<(), SettingsError> {
        self.secret().map(drop)
    }

    /// The pepper. Outside production a missing one is replaced by a well-known text.
    pub fn secret(&self) -> Result<&str, SettingsError> {
        match self.secret_key.as_deref() {
            None if self.is_production() => Err(SettingsError::SecretMissing),
            None => Ok(DEVELOPMENT_SECRET),
            Some(secret) => {
                let different: std::collections::HashSet<_> = secret.chars().collect();
                let strong = secret.len() >= 32 && different.len() >= 10;
                if strong || !self.is_production() { Ok(secret) } else { Err(SettingsError::SecretWeak) }
            }
        }
    }
}
