//! Whether those who watch still may: asked when somebody's access changed, and once a minute.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::PATIENCE;
use super::broadcast::{CompanyLive, Watcher};
use super::channel::RETRY;
use super::frame;
use super::outbox::CloseReason;
use super::queries;
use crate::actor::Actor;
use crate::auth::session;
use crate::error::{AppError, Chain, Result};
use crate::feed::EventKind;
use crate::feed::hub::{Position, ResetReason};
use crate::ids::{PersonId, SessionId};

/// What has been looked at; it moves on only when the look succeeded.
struct Checked {
    n: i64,
    rewrites: u64,
    /// Everybody is to be looked at.
    all: bool,
}

impl CompanyLive {
    /// Closes the sockets of those who lose the right to watch, as the feed says so.
    pub(super) async fn watch_access(&self) {
        let mut position = self.feed.watch();
        let mut regular = interval(self.state.settings.session_check());
        regular.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let Position { head, rewrites } = position.borrow().clone();
        let mut checked = Checked { n: head.map_or(0, |head| head.n), rewrites, all: false };
        let mut failed = false;
        loop {
            tokio::select! {
                changed = position.changed() => if changed.is_err() { return },
                () = sleep(RETRY), if failed => {}
                _ = regular.tick() => checked.all = true,
            }
            let now = position.borrow_and_update().clone();
            let outcome = timeout(PATIENCE, self.read_up_to(&mut checked, &now)).await;
            let outcome = outcome.unwrap_or(Err(AppError::Unavailable(None)));
            failed = outcome.is_err();
            if let Err(error) = outcome {
                tracing::warn!(
                    error = %Chain(&error),
                    "sessions of open sockets could not be checked"
                );
            }
        }
    }

    async fn read_up_to(&self, checked: &mut Checked, now: &Position) -> Result<()> {
        let head = now.head.as_ref().map_or(0, |head| head.n);
        let events = self.feed.between(checked.n, head);
        // After a gap nobody knows whose access changed; in another history sessions are others, too.
        checked.all |= events.is_none() || checked.rewrites != now.rewrites;
        if checked.all {
            self.check_sessions(None).await?;
        }
        let people: HashSet<PersonId> = events
            .iter()
            .flatten()
            .filter(|event| event.kind == Some(EventKind::AccessChanged))
            .filter_map(|event| event.person_id)
            .collect();
        if !people.is_empty() {
            self.check_sessions(Some(&people)).await?;
        }
        *checked = Checked { n: head, rewrites: now.rewrites, all: false };
        Ok(())
    }

    /// Closes sockets whose session is no more, and sends those whose person may do other things now to
    /// fetch their page again. `only` limits it to people whose access changed.
    async fn check_sessions(&self, only: Option<&HashSet<PersonId>>) -> Result<()> {
        let watchers: Vec<_> = self
            .watchers()
            .into_iter()
            .filter(|w| only.is_none_or(|people| people.contains(&w.person_id)))
            .collect();
        if watchers.is_empty() {
            return Ok(());
        }
        let keys: Vec<SessionId> = watchers.iter().map(|watcher| watcher.session_id).collect();
        let seen: Vec<SessionId> = watchers
            .iter()
            .filter(|watcher| watcher.visible.load(Ordering::Relaxed))
            .map(|watcher| watcher.session_id)
            .collect();
        let valid = session::check_sessions(&self.state.db, &self.state.clock, &keys, &seen).await?;
        let valid: HashMap<SessionId, Actor> =
            valid.into_iter().filter_map(|(id, actor)| Some((id, actor?))).collect();
        let ended = watchers.iter().filter(|watcher| !valid.contains_key(&watcher.session_id));
        let ended: Vec<PersonId> = ended.map(|watcher| watcher.person_id).collect();
        let welcome = self.welcome(&ended).await?;
        for watcher in watchers {
            match valid.get(&watcher.session_id) {
                None => watcher.outbox.close(ending(watcher.person_id, &welcome)),
                Some(actor) if !watcher.screen.is_allowed(actor) => {
                    watcher.outbox.close(CloseReason::NotAllowed);
                }
                Some(_) if only.is_some() => watcher.outbox.push(frame::reset(ResetReason::Access).into()),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Why a socket that has just joined must go: its session ended, or changed, while its handshake was under way.
    pub async fn refusal(&self, watcher: &Watcher) -> Result<Option<CloseReason>> {
        let key = [watcher.session_id];
        let found = session::check_sessions(&self.state.db, &self.state.clock, &key, &[]).await?;
        Ok(match found.into_iter().find_map(|(_, actor)| actor) {
            None => Some(ending(watcher.person_id, &self.welcome(&[watcher.person_id]).await?)),
            Some(actor) if !watcher.screen.is_allowed(&actor) => Some(CloseReason::NotAllowed),
            Some(_) => None,
        })
    }

    /// Of these people, those who could sign in again.
    async fn welcome(&self, people: &[PersonId]) -> Result<HashSet<PersonId>> {
        if people.is_empty() {
            return Ok(HashSet::new());
        }
        let mut tx = self.state.db.company(self.company_id()).await?;
        queries::list_active_people(&mut tx, people).await
    }
}

/// A page is asked for the PIN only where that leads somewhere; else it is emptied.
fn ending(person_id: PersonId, welcome: &HashSet<PersonId>) -> CloseReason {
    if welcome.contains(&person_id) { CloseReason::SessionEnded } else { CloseReason::NotAllowed }
}
