//! The host names this server answers to, and the origins it takes commands from.

use super::{Settings, SettingsError};

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
            .map(|origin| {
                let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
                match rest {
                    Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*']) => {
                        Ok(origin)
                    }
                    _ => Err(SettingsError::OriginInvalid(origin)),
                }
            })
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
