//! Transactions of the operator, beside those of companies and of the gate.
//!
//! Making, renaming and closing a company, and giving one its first administrator, is nobody's permission inside a
//! company. Such a transaction runs as the connection's own role, which owns the tables. Its callers are
//! `companies/` (the command line, and the one-time page while nobody at all can
//! administer), and a restore; `tests/conventions/places.rs` lists them.

use std::ops::{Deref, DerefMut};

use super::{Db, LOCK_TIMEOUT, OPERATOR_TIMEOUT, PooledConnection};
use crate::error::Result;

/// A transaction that row-level security does not bind. Dropped without [`OperatorTx::keep`], it leaves no trace.
#[derive(Debug)]
pub struct OperatorTx {
    connection: PooledConnection,
}

impl Db {
    pub async fn operator(&self) -> Result<OperatorTx> {
        let opening = format!(
            "begin; select set_config('lock_timeout', '2s', true), \
             set_config('client_connection_check_interval', '1s', true), \
             set_config('statement_timeout', '{}s', true)",
            OPERATOR_TIMEOUT.as_secs()
        );
        let (connection, _) = self.begin(None, &opening, LOCK_TIMEOUT, OPERATOR_TIMEOUT).await?;
        Ok(OperatorTx { connection })
    }
}

impl OperatorTx {
    /// Commits. Visible changes are appended to the feed before; replicas find them on their next poll.
    pub async fn commit(self) -> Result<()> {
        Ok(self.connection.commit().await?)
    }
}

impl Deref for OperatorTx {
    type Target = PooledConnection;
    fn deref(&self) -> &PooledConnection {
        &self.connection
    }
}

impl DerefMut for OperatorTx {
    fn deref_mut(&mut self) -> &mut PooledConnection {
        &mut self.connection
    }
}
