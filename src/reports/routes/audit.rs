//! `GET /audit`: what happened in the company, newest first, as a page and as a file.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::actor::Permission;
use crate::auth::client::Client;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::file::FileKind;
use crate::export::grant::{Export, grant};
use crate::export::name::FileName;
use crate::export::stream::{self, FileHead, Part, Rows};
use crate::extract::{Query, day};
use crate::html::{Choice, Layout, RenderContext};
use crate::page::{self, CompanyTime, Snapshot, Subscribed, Visitor};
use crate::reports::model::audit::{AuditEntry, AuditFilter, AuditKind, AuditPlace, newest};
use crate::reports::model::period::PeriodChoice;
use crate::reports::queries::{audit, history};
use crate::reports::views::audit::{AuditPage, COLUMNS, LIMIT, MOST_EXPORTED, cells};
use crate::screen::Screen;
use crate::state::AppState;

/// Entries on a page.
const ROWS_PER_PAGE: i64 = 100;

/// What the audit was asked for. Unreadable fields filter nothing; without a period it is the last week.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    kind: String,
    person: String,
    period: String,
    from: String,
    to: String,
    /// The place of the last entry of the page before.
    after: String,
    /// Of a file: `csv` or `xlsx`.
    format: String,
}

impl AuditQuery {
    fn filter(&self) -> AuditFilter {
        let word = if self.period.is_empty() { "7" } else { &self.period };
        AuditFilter {
            kind: AuditKind::from_code(&self.kind),
            person: self.person.parse().ok(),
            period: PeriodChoice::read(word, day(&self.from), day(&self.to)),
        }
    }
}

/// Reads a part of the list that a filter leaves.
struct Reader<'a> {
    filter: AuditFilter,
    time: &'a CompanyTime,
    now: Timestamp,
}

impl Reader<'_> {
    async fn read(
        &self,
        tx: &mut CompanyTx,
        after: Option<AuditPlace>,
        limit: i64,
    ) -> Result<(Vec<AuditEntry>, Option<AuditPlace>)> {
        let period = self.filter.period.period(self.time.today(self.now));
        let ends = self.time.day_starts(period.to.tomorrow().unwrap_or(period.to));
        let (security, orders) = (AuditKind::security(self.filter.kind), AuditKind::orders(self.filter.kind));
        let sought = audit::Sought {
            kinds: security.as_deref(),
            person: self.filter.person,
            since: self.time.day_starts(period.from),
            before: after.filter(|place| place.at < ends).unwrap_or(AuditPlace::before(ends)),
            limit: limit + 1,
        };
        // A list of which no kind is wanted is not read.
        let security = match sought.kinds {
            Some([]) => Vec::new(),
            _ => audit::list_security(tx, sought).await?,
        };
        let sought = audit::Sought { kinds: orders.as_deref(), ..sought };
        let orders = match sought.kinds {
            Some([]) => Vec::new(),
            _ => audit::list_orders(tx, sought).await?,
        };
        let (rows, more) = newest(security, orders, usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().map(|entry| entry.place).filter(|_| more);
        Ok((rows, next))
    }
}

pub async fn audit(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::Administer) {
        return Err(AppError::Forbidden);
    }
    let (filter, now) = (query.filter(), state.clock.now());
    let time = CompanyTime::from(&actor.company);
    let _turn = page::turn().await?;
    let (mut tx, snapshot) = Snapshot::begin(&state.db, actor.company_id).await?;
    let after: Option<AuditPlace> = query.after.parse().ok();
    let reader = Reader { filter, time: &time, now };
    let (rows, next) = reader.read(&mut tx, after, ROWS_PER_PAGE).await?;
    let people = history::list_people(&mut tx).await?;
    let choice = |person: history::KnownPerson| Choice { value: person.id.to_string(), name: person.name };
    let people: Vec<Choice> = people.into_iter().map(choice).collect();
    // Later pages do not change.
    let live = after.is_none().then_some(Subscribed { screen: Screen::Audit, snapshot });
    let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), live);
    let layout = Layout { of_a_moment: after.is_some(), ..layout };
    page::respond(&AuditPage {
        layout: &layout,
        filter,
        people: &people,
        rows: &rows,
        begun: after.is_some(),
        next,
    })
}

/// `GET /audit/export`: what the page shows with the same query, up to [`MOST_EXPORTED`] entries.
pub async fn export(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let granted = grant(&state, &visitor, &client, Export::Audit).await?;
    let (time, now) = (CompanyTime::from(&granted.actor.company), state.clock.now());
    let head = FileHead {
        name: FileName::new(visitor.lang, "audit.title").of_day(time.today(now)),
        kind: FileKind::read(&query.format),
        lang: visitor.lang,
        columns: &COLUMNS,
        most: MOST_EXPORTED,
        limit: LIMIT,
    };
    let ctx = time.render_context(visitor.lang, 0, now);
    let entries = Entries { filter: query.filter(), time, now, ctx, after: None };
    Ok(stream::respond(state, &granted, head, entries))
}

/// What happened, as a filter leaves it.
struct Entries {
    filter: AuditFilter,
    time: CompanyTime,
    now: Timestamp,
    ctx: RenderContext,
    after: Option<AuditPlace>,
}

impl Rows for Entries {
    const AT_ONCE: i64 = 500;

    async fn read(&mut self, tx: &mut CompanyTx, limit: i64) -> Result<Part> {
        let reader = Reader { filter: self.filter, time: &self.time, now: self.now };
        let (rows, next) = reader.read(tx, self.after, limit).await?;
        self.after = next;
        let cells = rows.iter().map(|row| cells(row, self.ctx)).collect();
        Ok(Part { rows: cells, read: rows.len(), more: next.is_some() })
    }
}
