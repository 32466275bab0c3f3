//! "Agora: João": who has an order open right now, on any replica. Leases in Postgres, sent without numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use askama::Template;
use jiff::SignedDuration;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::company::CompanyLive;
use super::frame;
use super::queries;
use crate::error::{Chain, Result};
use crate::feed;
use crate::ids::OrderId;
use crate::lang::Lang;
use crate::screen::Screen;

/// How long a lease lasts without being renewed; it is renewed with every beat.
const LEASE: SignedDuration = SignedDuration::from_secs(15);

type Present = BTreeMap<OrderId, Vec<String>>;

/// The presence that this replica sent last.
#[derive(Debug, Default)]
pub struct Presence {
    sent: Mutex<Present>,
}

/// The slot of one order on card and picking screen.
#[derive(Template)]
#[template(
    source = r#"<span id="presence-{{ order_id }}">{{ lang.t_with("presence.now", [("names", names.as_str())]) }}</span>"#,
    ext = "html"
)]
struct PresenceFragment {
    lang: Lang,
    order_id: OrderId,
    names: String,
}

impl Presence {
    /// Renews the leases of this replica's screens, reads all leases, and sends what changed.
    pub async fn refresh(&self, company: &CompanyLive) {
        match read(company).await {
            Ok(present) => self.send(company, present),
            Err(error) => {
                tracing::debug!(error = %Chain(&error), "presence could not be read");
            }
        }
    }

    fn send(&self, company: &CompanyLive, present: Present) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let orders: BTreeSet<OrderId> = sent.keys().chain(present.keys()).copied().collect();
        let changed: Vec<OrderId> = orders.into_iter().filter(|id| sent.get(id) != present.get(id)).collect();
        if changed.is_empty() {
            return;
        }
        *sent = present;
        for lang in Lang::ALL {
            let shows = |screen: Screen| match screen {
                Screen::Board | Screen::FilteredBoard | Screen::Wall => true,
                Screen::Order(id) => changed.contains(&id),
                _ => false,
            };
            company.send(lang, shows, text(lang, &sent));
        }
    }

    /// The presence for a screen that was just opened or reconnected.
    pub fn all(&self, lang: Lang) -> Utf8Bytes {
        text(lang, &self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn read(company: &CompanyLive) -> Result<Present> {
    let state = &company.state;
    let company_id = company.company_id();
    let now = state.clock.now();
    let pairs = company.at_work();
    if !pairs.is_empty() {
        let mut tx = state.db.company(company_id).await?;
        queries::upsert_leases(&mut tx, &pairs, now, now.saturating_add(LEASE).unwrap_or(now)).await?;
        feed::commit_without_event(tx).await?;
    }
    let mut tx = state.db.company(company_id).await?;
    let mut present = Present::new();
    for (order_id, name) in queries::list_present(&mut tx, now).await? {
        present.entry(order_id).or_default().push(name);
    }
    Ok(present)
}

/// Always all of it: an order that is not named has nobody, also for a screen that missed the text before.
fn text(lang: Lang, present: &Present) -> Utf8Bytes {
    let html: String = present
        .iter()
        .map(|(order_id, names)| {
            let names = names.join(", ");
            PresenceFragment { lang, order_id: *order_id, names }.render().unwrap_or_default()
        })
        .collect();
    frame::presence(&html)
}
