//! `GET /reports`: the figures of a period.

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::ReportPages;
use crate::actor::{Actor, Permission};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::file::FileKind;
use crate::extract::{Query, day};
use crate::html::Nav;
use crate::html::format::address;
use crate::lang::Lang;
use crate::page::{self, Body, CompanyTime, SharedHtml, Snapshot, Subscribed, Visitor};
use crate::reports::load::{self, Metrics, Named, Today};
use crate::reports::model::period::PeriodChoice;
use crate::reports::views::metrics::{MetricsBody, pairs};
use crate::screen::Screen;

/// Which period: a word (`today`, `7`, `30`, `90`, `month`, `last_month`), or two days.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PeriodQuery {
    period: String,
    from: String,
    to: String,
    /// Of a file: `csv` or `xlsx`.
    format: String,
}

impl PeriodQuery {
    pub fn choice(&self) -> PeriodChoice {
        PeriodChoice::read(&self.period, day(&self.from), day(&self.to))
    }

    pub fn kind(&self) -> FileKind {
        FileKind::read(&self.format)
    }
}

pub async fn metrics(
    State(pages): State<ReportPages>,
    visitor: Visitor,
    Query(query): Query<PeriodQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let now = pages.app.clock.now();
    let choice = query.choice();
    // Everybody who may see all names shares one report.
    let whose = match named(actor) {
        Named::Everybody => String::new(),
        Named::Only(own) => own.to_string(),
    };
    let part = format!("{} {whose}", address("", &pairs(choice)));
    let draw = || draw(&pages, &visitor, choice, now);
    let body = pages.bodies.get(&visitor, Screen::Reports, part, now, draw).await?;
    let live = Subscribed { screen: Screen::Reports, snapshot: body.snapshot.clone() };
    let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), Some(live));
    page::respond_framed(&layout, &body, "page reports", Nav::Reports)
}

async fn draw(pages: &ReportPages, visitor: &Visitor, choice: PeriodChoice, now: Timestamp) -> Result<Body> {
    let actor = visitor.actor()?;
    let _turn = load::turn().await?;
    metrics::counter!("page_bodies_drawn_total", "page" => "reports").increment(1);
    let (mut tx, snapshot) = Snapshot::begin(&pages.app.db, actor.company_id).await?;
    let metrics = read(&mut tx, actor, visitor.lang, choice, now).await?;
    let ctx = CompanyTime::from(&actor.company).render_context(visitor.lang, snapshot.head.n, now);
    let html = MetricsBody { ctx, metrics: &metrics }.render().map_err(AppError::internal)?;
    Ok(Body { title: ctx.t("nav.reports").into_owned(), html: SharedHtml::new(html), snapshot, facts: () })
}

/// The figures that this person may see.
pub async fn read(
    tx: &mut CompanyTx,
    actor: &Actor,
    lang: Lang,
    choice: PeriodChoice,
    now: Timestamp,
) -> Result<Metrics> {
    let today = Today { calendar: CompanyTime::from(&actor.company).calendar(), now };
    let team = lang.t("reports.team").into_owned();
    load::metrics(tx, today, choice, named(actor), team).await.map_err(load::as_busy)
}

fn named(actor: &Actor) -> Named {
    if actor.can(Permission::NamedFigures) { Named::Everybody } else { Named::Only(actor.person_id) }
}
