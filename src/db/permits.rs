//! Who gets a connection next: first come, first served, without one company starving the others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::ids::CompanyId;

/// Connections that a company leaves to the others while any of them waits.
const LEFT_TO_OTHERS: u32 = 2;

/// As many permits as there may be connections.
#[derive(Clone, Debug)]
pub(super) struct Permits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: u32,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    taken: u32,
    by_company: HashMap<CompanyId, u32>,
    /// Nobody waits while there is a permit left.
    waiting: VecDeque<Waiting>,
    closed: bool,
}

#[derive(Debug)]
struct Waiting {
    holder: Option<CompanyId>,
    grant: oneshot::Sender<Permit>,
}

/// The right to one connection. Given back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    holder: Option<CompanyId>,
    /// None once it counts no more.
    permits: Option<Permits>,
}

impl Permits {
    pub(super) fn new(most: u32) -> Self {
        Self(Arc::new(Shared { most, queue: Mutex::default() }))
    }

    /// Waits for a permit; answers None once they are closed. `holder` is the company that it is for, or None for sign-in,
    /// sessions, feeds and probes.
    pub(super) async fn acquire(&self, holder: Option<CompanyId>) -> Option<Permit> {
        let granted = {
            let mut queue = self.queue();
            if queue.closed {
                return None;
            }
            if queue.taken < self.0.most {
                return Some(self.take(&mut queue, holder));
            }
            let (grant, granted) = oneshot::channel();
            queue.waiting.push_back(Waiting { holder, grant });
            granted
        };
        granted.await.ok()
    }

    /// Permits that are held.
    pub(super) fn taken(&self) -> u32 {
        self.queue().taken
    }

    /// Waiting and later callers get none.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.closed = true;
        queue.waiting.clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.queue().closed
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, queue: &mut Queue, holder: Option<CompanyId>) -> Permit {
        queue.taken += 1;
        if let Some(company_id) = holder {
            *queue.by_company.entry(company_id).or_default() += 1;
        }
        Permit { holder, permits: Some(self.clone()) }
    }

    fn give_back(&self, holder: Option<CompanyId>) {
        let mut queue = self.queue();
        queue.release(holder);
        while queue.taken < self.0.most {
            let Some(next) = queue.next(self.0.most) else { return };
            let permit = self.take(&mut queue, next.holder);
            if let Err(mut unwanted) = next.grant.send(permit) {
                // Gave up waiting. Its drop must not lock the queue, which is locked here.
                unwanted.permits = None;
                queue.release(unwanted.holder);
            }
        }
    }
}

impl Queue {
    fn release(&mut self, holder: Option<CompanyId>) {
        self.taken -= 1;
        if let Some(company_id) = holder
            && let Some(held) = self.by_company.get_mut(&company_id)
        {
            *held -= 1;
            if *held == 0 {
                self.by_company.remove(&company_id);
            }
        }
    }

    /// The one that waits longest of those whose company leaves something to the others; else the one that waits longest.
    fn next(&mut self, most: u32) -> Option<Waiting> {
        let share = most.saturating_sub(LEFT_TO_OTHERS).max(1);
        let held = |company_id| self.by_company.get(&company_id).copied().unwrap_or_default();
        let modest =
            self.waiting.iter().position(|waiting| waiting.holder.is_none_or(|holder| held(holder) < share));
        self.waiting.remove(modest.unwrap_or(0))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(permits) = self.permits.take() {
            permits.give_back(self.holder);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;
    use uuid::Uuid;

    use super::*;

    fn company(n: u128) -> CompanyId {
        CompanyId(Uuid::from_u128(n))
    }

    fn asks(permits: &Permits, holder: Option<CompanyId>) -> BoxFuture<'static, Option<Permit>> {
        let permits = permits.clone();
        let mut waiting = async move { permits.acquire(holder).await }.boxed();
        assert!((&mut waiting).now_or_never().is_none(), "no permit is left");
        waiting
    }

    #[tokio::test]
    async fn a_company_takes_every_permit_while_nobody_else_waits() {
        let permits = Permits::new(4);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(permits.acquire(Some(company(1))).await.unwrap());
        }
        let mut next = asks(&permits, Some(company(1)));
        held.pop();
        assert!((&mut next).now_or_never().flatten().is_some(), "the permit that came back");
    }

    #[tokio::test]
    async fn a_company_leaves_two_permits_to_the_others_while_they_wait() {
        let permits = Permits::new(4);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(permits.acquire(Some(company(1))).await.unwrap());
        }
        let mut same = asks(&permits, Some(company(1)));
        let (mut other, mut probe) = (asks(&permits, Some(company(2))), asks(&permits, None));
        held.pop();
        let of_the_other =
            (&mut other).now_or_never().flatten().expect("the other company, though it came later");
        held.pop();
        let of_the_probe = (&mut probe).now_or_never().flatten().expect("a probe, though it came later");
        assert!((&mut same).now_or_never().is_none(), "the first company has its two");
        drop((of_the_other, of_the_probe));
        assert!((&mut same).now_or_never().flatten().is_some(), "nobody else waits");
    }

    #[tokio::test]
    async fn a_permit_that_nobody_waits_for_any_more_goes_to_the_next() {
        let permits = Permits::new(1);
        let held = permits.acquire(None).await.unwrap();
        let gave_up = asks(&permits, None);
        let mut next = asks(&permits, None);
        drop(gave_up);
        drop(held);
        assert!((&mut next).now_or_never().flatten().is_some());
        drop(next);
        assert_eq!(permits.taken(), 0);
    }

    #[tokio::test]
    async fn closed_permits_are_given_to_nobody() {
        let permits = Permits::new(1);
        let held = permits.acquire(None).await.unwrap();
        let waiting = asks(&permits, None);
        permits.close();
        assert!(waiting.await.is_none());
        drop(held);
        assert!(permits.acquire(None).await.is_none());
    }
}
