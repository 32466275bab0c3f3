//! A live page: read in one transaction, rendered in its turn.

use jiff::Timestamp;
use tokio::sync::SemaphorePermit;

use super::{Snapshot, Subscribed, Visitor, layout, turn};
use crate::actor::Actor;
use crate::db::{CompanyTx, Db};
use crate::error::Result;
use crate::html::Layout;
use crate::lang::Lang;
use crate::screen::Screen;

/// Holds the page's turn until it is rendered.
#[derive(Debug)]
pub struct LivePage<'a> {
    actor: &'a Actor,
    lang: Lang,
    snapshot: Snapshot,
    _turn: SemaphorePermit<'static>,
}

impl<'a> LivePage<'a> {
    /// Waits for a turn, and opens the transaction in which the page is read.
    pub async fn open(db: &Db, visitor: &'a Visitor) -> Result<(CompanyTx, Self)> {
        let actor = visitor.actor()?;
        let turn = turn().await?;
        let (tx, snapshot) = Snapshot::begin(db, actor.company_id).await?;
        Ok((tx, Self { actor, lang: visitor.lang, snapshot, _turn: turn }))
    }

    /// Ends the transaction: the frame around what was read in it.
    pub fn layout(&self, tx: CompanyTx, screen: Screen, now: Timestamp) -> Layout {
        drop(tx);
        let live = Subscribed { screen, snapshot: self.snapshot.clone() };
        layout(self.actor, self.lang, now, self.actor.can_codes(), Some(live))
    }
}
