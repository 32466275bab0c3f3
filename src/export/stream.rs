//! Streams a long list as a file. Each part is read in a transaction of its own, so a slow client holds no connection, and
//! with leave of its own, so it gets nothing that its person may not have any more.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};

use super::file::{FileKind, RowFile};
use super::grant::{Granted, Lasting};
use super::name::FileName;
use super::table::Cell;
use crate::db::CompanyTx;
use crate::error::{Chain, Result};
use crate::ids::CompanyId;
use crate::lang::Lang;
use crate::state::AppState;

/// The last row of a file that could not be read to its end.
const BROKEN: Cell = Cell::Word("history.export_broken");

/// A part of a list.
pub struct Part {
    pub rows: Vec<Vec<Cell>>,
    /// How many of the list these are: not each has a row.
    pub read: usize,
    pub more: bool,
}

/// A list that is read part by part.
pub trait Rows: Send + 'static {
    /// Rows that are read, and sent, at once.
    const AT_ONCE: i64;

    /// The next rows, at most `limit`.
    fn read(&mut self, tx: &mut CompanyTx, limit: i64) -> impl Future<Output = Result<Part>> + Send;
}

/// What is needed before a file's first row.
pub struct FileHead {
    pub name: FileName,
    pub kind: FileKind,
    pub lang: Lang,
    /// Keys of the columns' names.
    pub columns: &'static [&'static str],
    /// Rows of one file, and its last row where there would be more.
    pub most: i64,
    pub limit: Cell,
}

struct Export<R> {
    state: AppState,
    company_id: CompanyId,
    leave: Lasting,
    rows: R,
    /// None: it has left altogether.
    file: Option<RowFile>,
    left: i64,
    limit: Cell,
}

/// Streams the list as a file.
pub fn respond<R: Rows>(state: AppState, granted: &Granted<'_>, head: FileHead, rows: R) -> Response {
    let (company_id, leave) = (granted.actor.company_id, granted.lasting());
    let FileHead { name, kind, lang, columns, most, limit } = head;
    let file = Some(RowFile::begin(kind, columns, lang));
    let export = Export { state, company_id, leave, rows, file, left: most, limit };
    let chunks = stream::unfold(export, |mut export| async move {
        let chunk = export.chunk().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), export))
    });
    // Whatever packs it asks again after the end.
    attachment(granted, &name, kind, Body::from_stream(chunks.fuse()))
}

impl<R: Rows> Export<R> {
    /// The next part; None: it is whole. A file that breaks off says so in its last row.
    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let mut file = self.file.take()?;
        let last = match self.read(&mut file).await {
            Ok(None) => {
                let ready = file.take();
                self.file = Some(file);
                return Some(ready);
            }
            Ok(Some(last)) => last,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "an export broke off");
                vec![BROKEN]
            }
        };
        if !last.is_empty() {
            file.push(&last);
        }
        Some(file.finish())
    }

    /// Reads the next rows into the file. Some: these were the last, and what its last row says, if anything.
    async fn read(&mut self, file: &mut RowFile) -> Result<Option<Vec<Cell>>> {
        self.leave.check(&self.state).await?;
        let mut tx = self.state.db.company(self.company_id).await?;
        let part = self.rows.read(&mut tx, R::AT_ONCE.min(self.left)).await?;
        for row in &part.rows {
            file.push(row);
        }
        self.left -= i64::try_from(part.read).unwrap_or(self.left);
        Ok(match part.more {
            true if self.left > 0 => None,
            true => Some(vec![self.limit.clone()]),
            false => Some(Vec::new()),
        })
    }
}

/// A file to be taken away.
pub fn attachment(_: &Granted<'_>, name: &FileName, kind: FileKind, body: Body) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{}\"", kind.code()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type())),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, body).into_response()
}
