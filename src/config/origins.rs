//! The host names this server answers to, and the origins it takes commands from.

use url::Url;

use super::{Settings, SettingsError};

/// An origin as browsers send it, whatever way an operator writes it: in small letters, in ASCII, without the port that the
/// scheme has anyway. None: this is no origin.
pub(crate) fn parse_origin(text: &str) -> Option<String> {
    let (_, authority) = text.split_once("://")?;
    // Of more than an origin the standard would take the part that is one.
    if authority.contains(['/', '\\', '?', '#', '@', ' ', '*']) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

impl Settings {
    /// Exact origins that may open sockets and send commands. Outside production those that are printed
    /// at start are added by the server once it knows its port.
    pub fn origins(&self) -> Result<Vec<String>, SettingsError> {
        let railway = self.railway_public_domain.iter().map(|domain| format!("https://{domain}"));
        let given = self
            .csrf_trusted_origins
            .iter()
            .chain(&self.public_origins)
            .map(|origin| origin.trim().to_owned());
        railway
            .chain(given)
            .filter(|origin| !origin.is_empty())
            .map(|origin| parse_origin(&origin).ok_or(SettingsError::OriginInvalid(origin)))
            .collect()
    }

    /// Host names a request may carry; none means any in development, and in production none but the probes'.
    pub fn hosts(&self) -> Vec<String> {
        let given: Vec<String> = self
            .allowed_hosts
            .iter()
            .map(|host| host.trim().to_ascii_lowercase())
            .filter(|host| !host.is_empty() && host != "*")
            .collect();
        if given.is_empty() {
            self.railway_public_domain.iter().map(|domain| domain.to_ascii_lowercase()).collect()
        } else {
            given
        }
    }
}
