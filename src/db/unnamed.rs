//! Prepared statements without a name, for poolers in transaction mode.
//!
//! With its cache of statements switched off sqlx still names what it prepares, and closes none of it. Behind such a pooler
//! the names of two sessions then meet on one backend ("prepared statement already exists"), and pile up there.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgStatement};
use sqlx::{Execute, Postgres, SqlStr};

/// A query as it is, or, where no statements are kept, one that is prepared without a name.
pub(super) struct MaybeNamed<E> {
    pub query: E,
    pub keeps_statements: bool,
}

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for MaybeNamed<E> {
    fn sql(self) -> SqlStr {
        self.query.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.query.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.query.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.keeps_statements && self.query.persistent()
    }
}
