//! Transactions of the operator, beside those of companies and of the gate.
//!
//! Making, renaming and closing a company, and giving one its first administrator, is nobody's permission inside a
//! company. Such a transaction runs as the connection's own role, which owns the tables. `tests/conventions/places.rs`
//! lists its callers.

use std::ops::{Deref, DerefMut};

use super::{Db, LOCK_TIMEOUT, OPERATOR_TIMEOUT, PooledConnection};
use crate::error::Result;

/// A transaction that row-level security does not bind. Dropped without [`OperatorTx::commit`], it leaves no trace.
#[derive(Debug)]
pub struct OperatorTx {
    connection: PooledConnection,
}

impl Db {
    pub async fn operator(&self) -> Result<OperatorTx> {
        let opening = format!(
            "begin; select set_config('lock_timeout', '{}ms', true), \
             set_config('client_connection_check_interval', '1s', true), \
             set_config('statement_timeout', '{}ms', true)",
            LOCK_TIMEOUT.as_millis(),
            OPERATOR_TIMEOUT.as_millis()
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
