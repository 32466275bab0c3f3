//! Checks that sessions behind open sockets still have access: on every change of access, and once a minute.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::channel::{RETRY, Watcher};
use super::company::CompanyLive;
use super::frame;
use super::outbox::CloseReason;
use super::queries;
use super::viewer::Viewer;
use super::{Live, PATIENCE};
use crate::actor::Actor;
use crate::auth::session;
use crate::error::{AppError, Chain, Result};
use crate::feed::hub::{Position, ResetReason};
use crate::feed::{EventKind, Topic};
use crate::ids::{PersonId, SessionId, WallId};
use crate::page::CompanyTime;
use crate::state::AppState;
use crate::walls::device::TOUCH_EVERY;
use crate::walls::queries as walls;

/// How far access was checked; it advances only after a successful check.
struct Checked {
    n: i64,
    rewrites: u64,
    /// Everybody has to be checked.
    all: bool,
}

/// Whose access is checked, and whether permissions have changed.
#[derive(Clone, Copy)]
enum Whom<'a> {
    /// Everybody, because time has passed, or because other settings have changed.
    Unchanged,
    /// Everybody may do other things now.
    Everybody,
    /// These may.
    These(&'a HashSet<PersonId>),
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
            let outcome = timeout(PATIENCE, self.check_access(&mut checked, &now)).await;
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

    async fn check_access(&self, checked: &mut Checked, now: &Position) -> Result<()> {
        let head = now.head.as_ref().map_or(0, |head| head.n);
        let events = self.feed.between(checked.n, head);
        // After a gap nobody knows whose access changed; in another history sessions are others, too.
        checked.all |= events.is_none() || checked.rewrites != now.rewrites;
        let happened = || events.iter().flatten();
        let settings = happened().any(|event| event.topics.has(Topic::Settings));
        if happened().any(|event| event.kind == Some(EventKind::PermissionsChanged)) {
            self.check_sessions(Whom::Everybody).await?;
        } else if checked.all || settings {
            self.check_sessions(Whom::Unchanged).await?;
        }
        let people: HashSet<PersonId> = happened()
            .filter(|event| event.kind.is_some_and(EventKind::concerns_one_person))
            .filter_map(|event| event.person_id)
            .collect();
        if !people.is_empty() {
            self.check_sessions(Whom::These(&people)).await?;
        }
        // As in `Viewer::may_lose_access`, for all walls at once.
        let may_end = [EventKind::WallsChanged, EventKind::AccessChanged].map(Some);
        if checked.all || settings || happened().any(|event| may_end.contains(&event.kind)) {
            self.check_walls().await?;
        }
        *checked = Checked { n: head, rewrites: now.rewrites, all: false };
        Ok(())
    }

    /// Closes sockets whose session is no more, and sends those whose person may do other things now, or sees them in other
    /// colours, to fetch their page again: all of a company by and by, one person at once.
    async fn check_sessions(&self, whom: Whom<'_>) -> Result<()> {
        let concerned = |id: &PersonId| !matches!(whom, Whom::These(people) if !people.contains(id));
        let watching = |watcher: Arc<Watcher>| match watcher.viewer {
            Viewer::Person { id, session_id } if concerned(&id) => Some((watcher, id, session_id)),
            _ => None,
        };
        let watchers: Vec<_> = self.watchers().into_iter().filter_map(watching).collect();
        if watchers.is_empty() {
            return Ok(());
        }
        let keys: Vec<SessionId> = watchers.iter().map(|(_, _, session_id)| *session_id).collect();
        let seen: Vec<SessionId> = watchers
            .iter()
            .filter(|(watcher, ..)| watcher.visible.load(Ordering::Relaxed))
            .map(|(_, _, session_id)| *session_id)
            .collect();
        let valid = session::check_sessions(&self.state.db, &self.state.clock, &keys, &seen).await?;
        let valid: HashMap<SessionId, Actor> =
            valid.into_iter().filter_map(|(id, actor)| Some((id, actor?))).collect();
        if let Some(actor) = valid.values().next() {
            self.set_time(&CompanyTime::from(&actor.company));
        }
        let ended = watchers.iter().filter(|(_, _, session_id)| !valid.contains_key(session_id));
        let ended: Vec<PersonId> = ended.map(|(_, id, _)| *id).collect();
        let welcome = self.welcome(&ended).await?;
        for (watcher, id, session_id) in watchers {
            match valid.get(&session_id) {
                None => watcher.outbox.close(ending(id, &welcome)),
                Some(actor) if !watcher.screen.is_allowed(actor) => {
                    watcher.outbox.close(CloseReason::NotAllowed);
                }
                Some(_) if matches!(whom, Whom::Unchanged) => {}
                Some(_) if matches!(whom, Whom::These(_)) => {
                    watcher.outbox.push(frame::reset_of_one(ResetReason::Access).into());
                }
                Some(_) => watcher.outbox.push(frame::reset(ResetReason::Access).into()),
            }
        }
        Ok(())
    }

    /// Closes the sockets of walls that were revoked, and remembers that the others are switched on. Where nobody but walls
    /// watches, this alone learns of another time zone, and of other hours.
    async fn check_walls(&self) -> Result<()> {
        let wall = |watcher: Arc<Watcher>| match watcher.viewer {
            Viewer::Wall(id) => Some((watcher, id)),
            Viewer::Person { .. } => None,
        };
        let watchers: Vec<_> = self.watchers().into_iter().filter_map(wall).collect();
        if watchers.is_empty() {
            return Ok(());
        }
        let ids: Vec<WallId> = watchers.iter().map(|(_, id)| *id).collect();
        let paired = paired(&self.state, &ids, &ids).await?;
        for (watcher, _) in watchers.iter().filter(|(_, id)| !paired.contains(id)) {
            watcher.outbox.close(CloseReason::NotAllowed);
        }
        let mut tx = self.state.db.gate().await?;
        if let Some(company) = walls::find_company(&mut tx, self.company_id()).await? {
            self.set_time(&CompanyTime::from(&company));
        }
        Ok(())
    }

    /// Why a socket that has just joined must go: its session ended, or changed, while its handshake was under way.
    pub async fn refusal(&self, watcher: &Watcher) -> Result<Option<CloseReason>> {
        let (id, session_id) = match watcher.viewer {
            Viewer::Wall(id) => {
                let paired = paired(&self.state, &[id], &[]).await?;
                return Ok((!paired.contains(&id)).then_some(CloseReason::NotAllowed));
            }
            Viewer::Person { id, session_id } => (id, session_id),
        };
        let found = session::check_sessions(&self.state.db, &self.state.clock, &[session_id], &[]).await?;
        Ok(match found.into_iter().find_map(|(_, actor)| actor) {
            None => Some(ending(id, &self.welcome(&[id]).await?)),
            Some(actor) if !watcher.screen.is_allowed(&actor) => Some(CloseReason::NotAllowed),
            Some(_) => None,
        })
    }

    /// Those of these people who could sign in again.
    async fn welcome(&self, people: &[PersonId]) -> Result<HashSet<PersonId>> {
        if people.is_empty() {
            return Ok(HashSet::new());
        }
        let mut tx = self.state.db.company(self.company_id()).await?;
        queries::list_active_people(&mut tx, people).await
    }
}

/// A page asks for the PIN only if the person could sign in; otherwise it is emptied, and says that access has ended.
fn ending(person_id: PersonId, welcome: &HashSet<PersonId>) -> CloseReason {
    if welcome.contains(&person_id) { CloseReason::SessionEnded } else { CloseReason::AccessEnded }
}

/// Of these walls, those that may still watch.
pub(super) async fn list_paired(live: &Live, ids: &[WallId]) -> Result<HashSet<WallId>> {
    paired(&live.state, ids, &[]).await
}

/// The same; remembers that those in `touch` are switched on.
async fn paired(state: &AppState, ids: &[WallId], touch: &[WallId]) -> Result<HashSet<WallId>> {
    let now = state.clock.now();
    let mut tx = state.db.gate().await?;
    let paired = walls::list_paired(&mut tx, ids).await?;
    if !touch.is_empty() {
        walls::touch_walls(&mut tx, touch, now, now - TOUCH_EVERY).await?;
        tx.commit().await?;
    }
    Ok(paired)
}
