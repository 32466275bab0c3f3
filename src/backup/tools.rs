//! Finds pg_dump and pg_restore, and passes them the connection.

use std::path::{Path, PathBuf};
use std::process::Output;

use tokio::process::Command;
use url::Url;

use super::BackupError;
use crate::db::embedded::binaries::{parse_version, usual_dirs};

/// A program of PostgreSQL's, the newest of this machine.
#[derive(Debug)]
pub struct Tool {
    pub program: &'static str,
    pub major: u32,
    path: PathBuf,
}

impl Tool {
    /// A folder given by the operator is the only one looked at.
    pub async fn find(program: &'static str, given: Option<&Path>) -> Result<Self, BackupError> {
        let candidates = match given {
            Some(dir) => vec![dir.join(program)],
            None => {
                usual_dirs(program).into_iter().map(|dir| dir.join(program)).chain([program.into()]).collect()
            }
        };
        let mut newest: Option<Self> = None;
        for path in candidates {
            let Ok(said) = Command::new(&path).arg("--version").output().await else { continue };
            let Some(major) = parse_version(&String::from_utf8_lossy(&said.stdout)) else { continue };
            if newest.as_ref().is_none_or(|known| known.major < major) {
                newest = Some(Self { program, major, path });
            }
        }
        newest.ok_or(BackupError::NotFound { program })
    }

    /// Refuses what a newer PostgreSQL wrote.
    pub fn require(&self, there: u32, what: &'static str) -> Result<(), BackupError> {
        let Self { program, major: here, .. } = *self;
        if here >= there { Ok(()) } else { Err(BackupError::TooOld { program, here, there, what }) }
    }

    /// Runs it; its standard error becomes the error.
    pub async fn run(&self, target: Option<&LibpqTarget>, arguments: &[&str]) -> Result<Output, BackupError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).kill_on_drop(true).env("LC_MESSAGES", "C");
        if let Some(target) = target {
            command.arg(format!("--dbname={}", target.url));
            if let Some(password) = &target.password {
                command.env("PGPASSWORD", password);
            }
        }
        let failed = |said: String| BackupError::Failed { program: self.program, said };
        let output = command.output().await.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
        Err(failed(lines.join(" ")))
    }
}

/// The database for PostgreSQL's programs: the password is separate, since everybody on the machine can see arguments.
#[derive(Debug)]
pub struct LibpqTarget {
    url: String,
    password: Option<String>,
}

/// Parameters of an address that libpq accepts; sqlx accepts others.
const KNOWN: &[&str] = &[
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// Names of ours for parameters that libpq knows by another one.
const ALIASES: &[(&str, &str)] = &[
    ("ssl-ca", "sslrootcert"),
    ("ssl-cert", "sslcert"),
    ("ssl-key", "sslkey"),
    ("ssl-mode", "sslmode"),
    ("ssl-root-cert", "sslrootcert"),
];

impl LibpqTarget {
    pub fn of(url: &str) -> Result<Self, BackupError> {
        let refused = |error: &dyn std::fmt::Display| BackupError::Url(error.to_string());
        let mut url = Url::parse(url).map_err(|error| refused(&error))?;
        let password = url.password().map(decode);
        let given: Vec<(String, String)> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let in_query = given.iter().find(|(name, _)| name == "password").map(|(_, value)| value.clone());
        url.set_password(None).map_err(|()| refused(&"it names no server"))?;
        url.set_query(None);
        for (name, value) in given {
            let alias = ALIASES.iter().find(|(ours, _)| *ours == name);
            let name = alias.map_or(name.as_str(), |(_, theirs)| *theirs);
            if KNOWN.contains(&name) {
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
        Ok(Self { url: url.into(), password: password.or(in_query) })
    }
}

/// `%2F` and the like.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument_and_what_only_we_understand_is_left_out() {
        let target = LibpqTarget::of(
            "postgres://app:s%2Fcret@db.example:5433/shop?sslmode=require&statement-cache-capacity=0",
        )
        .unwrap();
        assert_eq!(target.url, "postgres://app@db.example:5433/shop?sslmode=require");
        assert_eq!(target.password.as_deref(), Some("s/cret"));
        let checked = LibpqTarget::of(
            "postgres://db.example/shop?hostaddr=10.0.0.3&ssl-mode=verify-full&ssl-root-cert=ca.pem&ssl-key=k.pem",
        )
        .unwrap();
        assert_eq!(
            checked.url,
            "postgres://db.example/shop?hostaddr=10.0.0.3&sslmode=verify-full&sslrootcert=ca.pem&sslkey=k.pem"
        );
        let socket =
            LibpqTarget::of("postgres://postgres@localhost/separacao?host=%2Frun%2Fpg&password=x").unwrap();
        assert_eq!(socket.url, "postgres://postgres@localhost/separacao?host=%2Frun%2Fpg");
        assert_eq!(socket.password.as_deref(), Some("x"));
        assert!(LibpqTarget::of("no address").is_err());
    }

    #[test]
    fn an_older_program_is_refused_with_what_to_install() {
        let tool = Tool { program: "pg_dump", major: 15, path: "pg_dump".into() };
        assert!(tool.require(15, "the server").is_ok() && tool.require(14, "the server").is_ok());
        let said = tool.require(17, "the server").unwrap_err().to_string();
        assert!(
            said.contains("pg_dump 15 is older than the server")
                && said.contains("client programs of 17 or newer"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_folder_that_holds_no_programs_is_refused() {
        let said = Tool::find("pg_dump", Some(Path::new("/nowhere"))).await.unwrap_err().to_string();
        assert!(said.contains("pg_dump was not found") && said.contains("PG_BIN_DIR"), "{said}");
    }
}
