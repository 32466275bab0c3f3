//! The body of a page, rendered once for everybody while nothing changes.

use std::sync::Arc;

use jiff::Timestamp;

use super::packed::SharedHtml;
use super::{Snapshot, Visitor};
use crate::error::Result;
use crate::feed::Head;
use crate::ids::CompanyId;
use crate::lang::Lang;
use crate::memo::Memo;
use crate::screen::Screen;

/// What stands in a page's frame. It is the same for every person: what differs is decided by the frame's `data-can`.
#[derive(Debug)]
pub struct Body<F = ()> {
    pub snapshot: Snapshot,
    pub title: String,
    pub html: Arc<SharedHtml>,
    /// What the frame needs of the drawn body.
    pub facts: F,
}

/// Bodies of one kind of page. All that a page shows changes through `feed::commit`, which moves the company's head:
/// what was drawn at a head is true while the head stands there. Only ages go on: a body lasts a minute at most.
#[derive(Debug)]
pub struct PageCache<F = ()>(Memo<Key, Body<F>>);

#[derive(Debug, PartialEq)]
struct Key {
    company_id: CompanyId,
    screen: Screen,
    /// The filter and page that it shows; empty for an unfiltered body.
    part: String,
    lang: Lang,
    head: Head,
    minute: i64,
}

/// Bodies that are kept, of a kind: an order of 500 lines is half a megabyte.
const KEPT: usize = 32;

impl<F> Default for PageCache<F> {
    fn default() -> Self {
        Self(Memo::new(KEPT))
    }
}

impl<F> PageCache<F> {
    /// The body of a screen for this visitor's company and language, as of the head the visitor came at or a later one.
    pub async fn get<D>(
        &self,
        visitor: &Visitor,
        screen: Screen,
        part: String,
        now: Timestamp,
        draw: impl FnOnce() -> D,
    ) -> Result<Arc<Body<F>>>
    where
        D: Future<Output = Result<Body<F>>>,
    {
        let Some(head) = visitor.head.clone() else { return draw().await.map(Arc::new) };
        let key = Key {
            company_id: visitor.company_id()?,
            screen,
            part,
            lang: visitor.lang,
            head,
            minute: now.as_second() / 60,
        };
        self.0.get(key, draw).await
    }
}
