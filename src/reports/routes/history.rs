//! `GET /history`: closed orders, newest first.

use std::collections::HashSet;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::actor::Permission;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::export::file::FileKind;
use crate::extract::{Query, day};
use crate::html::Choice;
use crate::ids::OrderId;
use crate::orders::model::OrderSummary;
use crate::orders::queries::shelf;
use crate::orders::status::OrderState;
use crate::orders::{access, commands};
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::reports::model::history::HistoryFilter;
use crate::reports::queries::history::{self, OutcomeFilter, count_marks};
use crate::reports::search::{MOST_COUNTED, ROWS_PER_PAGE, Search};
use crate::reports::views::history::{HistoryPage, LISTS, Names};
use crate::screen::Screen;
use crate::state::AppState;

/// What the history was asked for. Unreadable fields filter nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HistoryQuery {
    q: String,
    seller: String,
    picker: String,
    customer: String,
    state: String,
    /// This and the next four: `yes`, as the form sends it, or `true`.
    purchase: String,
    substitution: String,
    short: String,
    here: String,
    adjust: String,
    from: String,
    to: String,
    /// The place of the last order of the page before.
    after: String,
    /// Of a file: `csv` or `xlsx`.
    format: String,
}

impl HistoryQuery {
    pub fn kind(&self) -> FileKind {
        FileKind::read(&self.format)
    }

    pub fn filter(&self) -> HistoryFilter {
        let wanted = |flag: &str| matches!(flag, "yes" | "true");
        let customer: String = self.customer.trim().chars().take(40).collect();
        HistoryFilter {
            q: self.q.trim().chars().take(100).collect(),
            seller: self.seller.parse().ok(),
            picker: self.picker.parse().ok(),
            customer: Some(customer).filter(|code| !code.is_empty()),
            state: [OrderState::Finished, OrderState::Canceled]
                .into_iter()
                .find(|state| state.code() == self.state),
            purchase: wanted(&self.purchase),
            substitution: wanted(&self.substitution),
            short: wanted(&self.short),
            here: wanted(&self.here),
            adjust: wanted(&self.adjust),
            from: day(&self.from),
            to: day(&self.to),
        }
    }
}

pub async fn history(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::View) {
        return Err(AppError::Forbidden);
    }
    let filter = query.filter();
    let time = CompanyTime::from(&actor.company);
    let (mut tx, live) = LivePage::open(&state.db, &visitor).await?;
    let search = Search::begin(&mut tx, &filter, &time).await?;
    let found = search.count(&mut tx).await?;
    let after = query.after.parse().ok();
    let part = search.part(&mut tx, &time, after, ROWS_PER_PAGE).await?;
    let names = names(&mut tx, &filter).await?;
    let lists = lists(&mut tx).await?;
    let to_shelf = shelf::count_shelf_lines(&mut tx).await?;
    // Each by itself: a seller's own orders are among those of others.
    let now = state.clock.now();
    let may_leave =
        |order: &OrderSummary| access::may(actor, commands::MARK_LEFT.permission, order.into(), now);
    let leaving = part.rows.iter().map(|row| &row.order).filter(|order| may_leave(order));
    let leaving: HashSet<OrderId> = leaving.map(|order| order.id).collect();
    let layout = live.layout(tx, Screen::History, now);
    page::respond(&HistoryPage {
        layout: &layout,
        filter: &filter,
        names: &names,
        rows: &part.rows,
        leaving: &leaving,
        found,
        lists,
        to_shelf,
        begun: after.is_some(),
        next: part.next,
    })
}

/// How many orders wait for something after their finish: to leave, to be entered into the ERP.
async fn lists(tx: &mut CompanyTx) -> Result<Vec<i64>> {
    let wanted = OutcomeFilter {
        marks: LISTS.map(str::to_owned).into(),
        words: Vec::new(),
        from: Timestamp::UNIX_EPOCH,
        until: Timestamp::MAX,
    };
    count_marks(tx, &wanted, MOST_COUNTED).await
}

async fn names(tx: &mut CompanyTx, filter: &HistoryFilter) -> Result<Names> {
    let people = history::list_people(tx).await?;
    let choice =
        |person: &history::KnownPerson| Choice { value: person.id.to_string(), name: person.name.clone() };
    let customer = match &filter.customer {
        Some(code) => Some(history::find_customer(tx, code).await?.unwrap_or_else(|| code.clone())),
        None => None,
    };
    Ok(Names {
        sellers: people.iter().filter(|person| person.sells).map(choice).collect(),
        pickers: people.iter().map(choice).collect(),
        customer,
    })
}
