//! Classifies database errors by what they say about their connection.

use std::io;
use std::time::Duration;

/// What is wrong beyond the statement that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the next statement may go over the same connection.
    Statement,
    /// This connection is of no use any more.
    Connection,
    /// The server, or the way to it: idle connections are as useless as this one.
    Server,
}

impl Fault {
    pub fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => Fault::Server,
            sqlx::Error::Database(error) => {
                error.code().map_or(Fault::Statement, |code| Self::of_code(&code))
            }
            _ => Fault::Statement,
        }
    }

    /// What a SQLSTATE says.
    pub fn of_code(code: &str) -> Self {
        match code {
            // A transaction that idled too long: Postgres ended the session.
            "25P03" => Fault::Connection,
            // A primary that became read-only, a standby ("recovery is in progress"), a plan that a migration changed.
            "25006" | "55000" | "0A000" => Fault::Server,
            // Sessions that share backends, behind a pooler.
            _ if is_mixed_up(code) => Fault::Server,
            // Broken connections, a server that stops or starts, its disk.
            _ if ["08", "57P0", "58"].iter().any(|class| code.starts_with(class)) => Fault::Server,
            _ => Fault::Statement,
        }
    }
}

/// Whether a prepared statement is missing, or its name taken: a pooler in transaction mode has given the session another
/// one's backend.
pub(super) fn is_of_pooler(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| is_mixed_up(&code))
}

/// `invalid_sql_statement_name` and `duplicate_prepared_statement`.
fn is_mixed_up(code: &str) -> bool {
    matches!(code, "26000" | "42P05")
}

/// A statement that was not answered in time.
pub(super) fn silence(longest: Duration) -> sqlx::Error {
    let text = format!("the database was silent for {longest:?}");
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, text))
}

/// Whether a retry may succeed at once on another connection. After a timeout there is no retry.
pub fn is_worth_another_try(error: &sqlx::Error) -> bool {
    let silent = matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut);
    !silent && Fault::of(error) != Fault::Statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_server_is_told_from_that_of_a_statement() {
        for code in [
            "25006", "57P01", "57P02", "57P03", "08006", "08P01", "58030", "0A000", "55000", "26000", "42P05",
        ] {
            assert_eq!(Fault::of_code(code), Fault::Server, "{code}");
        }
        for code in ["23505", "40001", "40P01", "55P03", "57014", "53300", "22021"] {
            assert_eq!(Fault::of_code(code), Fault::Statement, "{code}");
        }
        assert_eq!(Fault::of_code("25P03"), Fault::Connection);
    }
}
