//! What every page needs: visitor, company time and layout.

mod body;
mod live_page;
mod packed;
mod queries;
mod refused;

pub use body::{Body, PageCache};
pub use live_page::LivePage;
pub use packed::{LEVEL, SharedHtml, pack, takes_packed};
pub use refused::{RefusedRequest, run_form};

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::actor::{Actor, CompanySettings, Permission, Wall};
use crate::assets;
use crate::clock::Zone;
use crate::db::{CompanyTx, Db};
use crate::error::{AppError, Result};
use crate::feed::{self, Head};
use crate::html::{
    Drawn, FieldErrors, FramedPage, Kept, Layout, Look, Nav, Reasons, RenderContext, Schedule, SharedDevice,
    SignedIn, WorkCalendar,
};
use crate::ids::{CompanyId, PersonId};
use crate::lang::Lang;
use crate::screen::Screen;
use crate::theme::Theme;
use packed::Framed;

/// Where a company is and when it works: what turns instants into words.
#[derive(Clone, Debug)]
pub struct CompanyTime {
    zone: Zone,
    /// The working day before any hours were set.
    workday: (i64, i64),
    /// The text, not its keys: a company with open screens keeps this for days.
    settings: Arc<str>,
}

impl From<&CompanySettings> for CompanyTime {
    fn from(settings: &CompanySettings) -> Self {
        Self {
            zone: settings.zone(),
            workday: (settings.workday_starts_minute.into(), settings.workday_ends_minute.into()),
            settings: settings.settings.as_str().into(),
        }
    }
}

impl CompanyTime {
    pub fn calendar(&self) -> WorkCalendar {
        let (starts, ends) = self.workday;
        WorkCalendar { zone: self.zone, schedule: Schedule::stored(starts, ends, &self.settings) }
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
        self.zone.day_starts(day)
    }

    pub fn render_context(&self, lang: Lang, v: i64, now: Timestamp) -> RenderContext {
        let (reasons, look) = (Reasons::stored(&self.settings), Look::stored(&self.settings));
        RenderContext { lang, v, now, calendar: self.calendar(), reasons, look, build: assets::build() }
    }
}

/// Who sent a request; set once by the http layer.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The person's own choice, else the browser's.
    pub lang: Lang,
    /// The person's own, else the browser's.
    pub theme: Theme,
    pub address: IpAddr,
    pub person: Option<Arc<Actor>>,
    /// The wall that sent the request; then `person` is None.
    pub wall: Option<Wall>,
    /// The head of the person's, or the wall's, company when the request came.
    pub head: Option<Head>,
}

impl Visitor {
    /// The person signed in.
    pub fn actor(&self) -> Result<&Actor> {
        self.person.as_deref().ok_or(AppError::SignedOut)
    }

    /// The company whose page is asked for.
    pub fn company_id(&self) -> Result<CompanyId> {
        match &self.wall {
            Some(wall) => Ok(wall.company_id),
            None => Ok(self.actor()?.company_id),
        }
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

/// What a live page subscribes to, and the snapshot that it was drawn from.
#[derive(Debug)]
pub struct Subscribed {
    pub screen: Screen,
    pub snapshot: Snapshot,
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
pub fn layout(actor: &Actor, lang: Lang, now: Timestamp, can: String, live: Option<Subscribed>) -> Layout {
    let v = live.as_ref().map_or(0, |live| live.snapshot.head.n);
    let drafts = live.as_ref().map_or(0, |live| live.snapshot.drafts_of(actor));
    let (screen, cursor) = live.map(|live| (live.screen, live.snapshot.head.to_string())).unzip();
    Layout {
        ctx: CompanyTime::from(&actor.company).render_context(lang, v, now),
        theme: actor.theme,
        company: Some(actor.company.name.clone()),
        person: Some(SignedIn::from(actor)),
        can,
        screen,
        of_a_moment: false,
        cursor,
        drafts,
        pin_digits: actor.company.pin_digits,
        shared: actor.session.shared.then(|| SharedDevice {
            idle_seconds: actor.idle_limit().as_secs(),
            is_idle: actor.is_idle(now),
        }),
    }
}

/// A company as its door shows it.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub look: Kept<Look>,
}

/// The frame around a page of nobody in particular, of a company where that is known.
pub fn signed_out(lang: Lang, theme: Theme, now: Timestamp, company: Option<Named>) -> Layout {
    // No page without a person tells the time, so no zone is needed.
    let calendar = WorkCalendar::none();
    let look = company.as_ref().map_or_else(Look::usual, |company| company.look);
    let ctx =
        RenderContext { lang, v: 0, now, calendar, reasons: Reasons::usual(), look, build: assets::build() };
    Layout { theme, ..Layout::signed_out(ctx, company.map(|company| company.name)) }
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

/// Approximate size of a page's frame in bytes, to allocate once.
const FRAME: usize = 16 * 1024;

/// Marks where the body of a page goes into its frame. No text from Postgres contains this character.
const BODY_MARK: &str = "\0";

/// A page whose inside was drawn already. `kind` is the class of its `<main>`.
pub fn respond_framed<F>(layout: &Layout, body: &Body<F>, kind: &'static str, nav: Nav) -> Result<Response> {
    let page = FramedPage { layout, title: &body.title, kind, nav, body: Drawn(BODY_MARK) };
    let mut frame = String::with_capacity(FRAME);
    page.render_into(&mut frame).map_err(AppError::internal)?;
    let parts = frame.split_once(BODY_MARK).ok_or_else(|| AppError::internal("a frame without a body"))?;
    let mut response = no_store([parts.0, body.html.as_str(), parts.1].concat());
    response.extensions_mut().insert(Framed { starts: parts.0.len(), shared: body.html.clone() });
    Ok(response)
}

/// Something that is drawn once for everybody and stands in no frame.
pub fn respond_unframed<F>(body: &Body<F>) -> Response {
    no_store(body.html.as_str().to_owned())
}

fn no_store(html: String) -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (no_store, Html(html)).into_response()
}

/// Limits concurrent page renders, so that many browsers at once do not slow down picking.
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
