//! What every page needs: who visits, where the company is, the frame around it.

mod body;
mod queries;

pub use body::{Body, PageCache};

use std::net::IpAddr;
use std::sync::OnceLock;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::actor::{Actor, CompanySettings, Permission};
use crate::assets;
use crate::clock::Zone;
use crate::db::{CompanyTx, Db};
use crate::error::{AppError, Result};
use crate::feed::{self, Head};
use crate::html::{
    Drawn, FieldErrors, FramedPage, Layout, Nav, RenderContext, SharedDevice, SignedIn, WorkCalendar,
};
use crate::ids::{CompanyId, PersonId};
use crate::lang::Lang;
use crate::screen::Screen;

/// Where a company is and when it works: what turns instants into words.
#[derive(Clone, Debug)]
pub struct CompanyTime {
    zone: Zone,
    starts_minute: i64,
    ends_minute: i64,
}

impl From<&CompanySettings> for CompanyTime {
    fn from(settings: &CompanySettings) -> Self {
        Self {
            zone: settings.zone(),
            starts_minute: i64::from(settings.workday_starts_minute),
            ends_minute: i64::from(settings.workday_ends_minute),
        }
    }
}

impl CompanyTime {
    pub fn calendar(&self) -> WorkCalendar {
        WorkCalendar { zone: self.zone, starts_minute: self.starts_minute, ends_minute: self.ends_minute }
    }

    /// The last local midnight.
    pub fn midnight(&self, now: Timestamp) -> Timestamp {
        now.to_zoned(self.zone.get().clone()).start_of_day().map_or(now, |midnight| midnight.timestamp())
    }

    /// The local midnight some days before the last one.
    pub fn midnight_before(&self, now: Timestamp, days: i64) -> Timestamp {
        let today = now.to_zoned(self.zone.get().clone());
        let day = today.checked_sub(jiff::Span::new().days(days)).unwrap_or(today);
        day.start_of_day().map_or(now, |midnight| midnight.timestamp())
    }

    /// The day that it is there.
    pub fn today(&self, now: Timestamp) -> Date {
        self.zone.local(now).date()
    }

    /// The first instant of a day there.
    pub fn day_starts(&self, day: Date) -> Timestamp {
        let midnight = day.at(0, 0, 0, 0).to_zoned(self.zone.get().clone());
        midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }

    pub fn scene(&self, lang: Lang, v: i64, now: Timestamp) -> RenderContext {
        RenderContext { lang, v, now, calendar: self.calendar(), build: assets::build() }
    }
}

/// Who a request comes from; put into it by the http layer, once.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The person's own choice, else the browser's.
    pub lang: Lang,
    pub address: IpAddr,
    pub person: Option<Actor>,
    /// The head of the person's company when the request came.
    pub head: Option<Head>,
}

impl Visitor {
    /// The person signed in.
    pub fn actor(&self) -> Result<&Actor> {
        self.person.as_ref().ok_or(AppError::SignedOut)
    }

    /// Where the visitor's company is.
    pub fn zone(&self) -> Zone {
        self.person.as_ref().map_or(Zone::UTC, |actor| actor.company.zone())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let visitor = parts.extensions.get::<Visitor>().cloned();
        visitor.ok_or_else(|| AppError::internal("the visitor layer is missing"))
    }
}

/// What a live page tells the script about itself, and what its frame shows of the same moment.
#[derive(Debug)]
pub struct Subscribed {
    pub screen: Screen,
    pub moment: Snapshot,
}

/// The moment a page's transaction reads.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub head: Head,
    /// How many drafts wait to be checked, by who imported them: the badge in the navigation.
    pub drafts: Vec<(PersonId, i64)>,
}

impl Snapshot {
    /// Opens the transaction in which the page is read.
    pub async fn begin(db: &Db, company_id: CompanyId) -> Result<(CompanyTx, Self)> {
        let (mut tx, head) = feed::queries::snapshot(db, company_id).await?;
        let drafts = queries::list_draft_counts(&mut tx).await?;
        Ok((tx, Self { head, drafts }))
    }

    /// One's own drafts; of administrators, everybody's.
    fn drafts_of(&self, actor: &Actor) -> i64 {
        let all = actor.can(Permission::Administer);
        let own = self.drafts.iter().filter(|(importer, _)| all || *importer == actor.person_id);
        own.map(|(_, drafts)| drafts).sum()
    }
}

/// The frame around a page of a person who is signed in. `can` are the permissions that hold on it.
pub fn chrome(actor: &Actor, lang: Lang, now: Timestamp, can: String, live: Option<Subscribed>) -> Layout {
    let v = live.as_ref().map_or(0, |live| live.moment.head.n);
    let drafts = live.as_ref().map_or(0, |live| live.moment.drafts_of(actor));
    let (screen, cursor) = live.map(|live| (live.screen, live.moment.head.to_string())).unzip();
    Layout {
        scene: CompanyTime::from(&actor.company).scene(lang, v, now),
        company: Some(actor.company.name.clone()),
        person: Some(SignedIn::from(actor)),
        can,
        screen,
        cursor,
        drafts,
        pin_digits: actor.company.pin_digits,
        shared: actor.session.shared.then(|| SharedDevice {
            idle_seconds: actor.idle_limit().as_secs(),
            is_idle: actor.is_idle(now),
        }),
    }
}

/// The frame around a page of nobody in particular, of a company where that is known.
pub fn signed_out(lang: Lang, now: Timestamp, company: Option<String>) -> Layout {
    // No page without a person tells the time, so no zone is needed.
    let calendar = WorkCalendar::NONE;
    let scene = RenderContext { lang, v: 0, now, calendar, build: assets::build() };
    Layout::signed_out(scene, company)
}

/// The sentences of an error, for the fields of its form.
pub fn field_errors(error: &AppError, lang: Lang) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if let AppError::Invalid { fields, .. } = error {
        for (field, sentence) in fields {
            errors.push(field, sentence.say(lang, Zone::UTC));
        }
    }
    errors
}

/// A page as a response; pages with data are never kept by a cache.
pub fn respond(page: &impl Template) -> Result<Response> {
    Ok(no_store(page.render().map_err(AppError::internal)?))
}

/// What the frame around a page takes, about, in bytes: a page is written into memory that needs not grow.
const FRAME: usize = 16 * 1024;

/// A page whose inside was drawn already. `kind` is the class of its `<main>`.
pub fn respond_framed<F>(chrome: &Layout, body: &Body<F>, kind: &'static str, nav: Nav) -> Result<Response> {
    let page = FramedPage { chrome, title: &body.title, kind, nav, body: Drawn(&body.html) };
    let mut html = String::with_capacity(body.html.len() + FRAME);
    page.render_into(&mut html).map_err(AppError::internal)?;
    Ok(no_store(html))
}

fn no_store(html: String) -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, Html(html)).into_response()
}

/// Pages rendered at once: a herd of browsers waits its turn instead of sinking those who pick.
static RENDERS: OnceLock<Semaphore> = OnceLock::new();

/// Half of the connections are for pages, so that commands always find one.
pub fn share_connections(connections: u32) {
    let turns = usize::try_from(connections / 2).unwrap_or(1).max(1);
    // A second server in one process (tests) shares the turns of the first.
    let _ = RENDERS.set(Semaphore::new(turns));
}

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// A turn to render a page; 503 with Retry-After when there is none soon.
pub async fn turn() -> Result<SemaphorePermit<'static>> {
    let turns = RENDERS.get_or_init(|| Semaphore::new(1));
    match tokio::time::timeout(PATIENCE, turns.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(AppError::Unavailable(None)),
    }
}
