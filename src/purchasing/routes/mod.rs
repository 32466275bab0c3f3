//! `/purchasing`: the page, and commands on several lines at once.

mod past;

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Permission};
use crate::command::{self, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{NoForm, Path, Query};
use crate::html::number::read_plain;
use crate::ids::{ItemId, OperationId, OrderId, PurchaseId};
use crate::lang::Lang;
use crate::orders::actions::buy::{BuyGoods, Share};
use crate::orders::actions::purchases::{ExpectPurchase, MoveGoods, Step};
use crate::orders::actions::surplus::{SettleSurplus, UnsettleSurplus};
use crate::orders::item::allocation::Settlement;
use crate::orders::routes::amount::typed_number;
use crate::orders::routes::purchases::{TermsFields, typed_date};
use crate::page::{self, Snapshot, Subscribed, Visitor};
use crate::purchasing::model::Desk;
use crate::purchasing::queries;
use crate::purchasing::views::{PurchasingPage, PurchasingQuery, View};
use crate::screen::Screen;
use crate::state::AppState;

/// The most lines of one division.
const MOST_SHARES: usize = 500;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/purchasing", get(page))
        .route("/purchasing/history", get(past::page))
        .route("/purchasing/history/export", get(past::export))
        .route("/purchasing/buy", post(buy).get(to_page))
        .route("/purchasing/not-found", post(not_found).get(to_page))
        .route("/purchasing/receive", post(receive).get(to_page))
        .route("/purchasing/unorder", post(unorder).get(to_page))
        .route("/purchasing/{purchase}/surplus", post(surplus).get(to_page))
        .route("/purchasing/surplus/{operation}/undo", post(undo_surplus).get(to_page))
        .route("/purchasing/{purchase}/expected", post(expected).get(to_page))
}

/// A page that a form answered with, loaded again: back to where the form stands.
async fn to_page() -> Redirect {
    Redirect::to("/purchasing")
}

#[derive(Debug, Default, Deserialize)]
struct PageQuery {
    #[serde(default)]
    view: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    supplier: String,
    page: Option<i64>,
    code: Option<String>,
    unit: Option<String>,
}

impl PageQuery {
    fn asked(self) -> PurchasingQuery {
        PurchasingQuery {
            view: View::from_code(&self.view).unwrap_or_default(),
            by_order: self.by == "order",
            q: self.q.chars().take(100).collect(),
            supplier: Some(self.supplier).filter(|name| !name.is_empty()),
            page: self.page.unwrap_or(1),
            open: self.code.zip(self.unit),
        }
    }
}

async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(query): Query<PageQuery>,
) -> Result<Response> {
    let actor = visitor.actor()?;
    if !actor.can(Permission::Receive) {
        return Err(AppError::Forbidden);
    }
    let (asked, now) = (query.asked(), state.clock.now());
    let _turn = page::turn().await?;
    let (mut tx, snapshot) = Snapshot::begin(&state.db, actor.company_id).await?;
    let desk: Desk = queries::get_desk(&mut tx).await?.searched(&asked.q);
    let live = Subscribed { screen: Screen::Purchasing, snapshot };
    let layout = page::layout(actor, visitor.lang, now, actor.can_codes(), Some(live));
    let today = actor.company.zone().local(now).date();
    let mut page = PurchasingPage::new(&layout, &asked, &desk, today);
    let shown: Vec<OrderId> = page.orders.iter().map(|order| order.order.id).collect();
    if !shown.is_empty() {
        page.notes = queries::list_notes(&mut tx, &shown).await?;
    }
    if page.sheet.is_some() {
        page.suppliers = queries::list_suppliers(&mut tx).await?;
    }
    drop(tx);
    page::respond(&page)
}

/// A form that divides goods over lines.
type Fields = BTreeMap<String, String>;

/// What each line gets of some goods, and what is left over.
struct Division {
    shares: Vec<Share>,
    /// Of the whole, what no line gets.
    surplus: Decimal,
    notation: Lang,
}

impl Division {
    /// `share-ITEM` is an amount as typed, `seen-ITEM` the order and what the line was said to lack; lines that get nothing are
    /// left out. `quantity` is the whole; without it nothing is left over. An id has more than one spelling, so a line could come
    /// twice; its two shares would be stored as one.
    fn read(fields: &Fields) -> Result<Self> {
        let unreadable = || AppError::invalid("error.form_unreadable");
        let notation = fields.get("notation").and_then(|tag| Lang::from_tag(tag)).unwrap_or_default();
        let (mut shares, mut lines) = (Vec::new(), BTreeSet::new());
        for (name, typed) in fields {
            let Some(id) = name.strip_prefix("share-") else { continue };
            let item_id: ItemId = id.parse().map_err(|_| unreadable())?;
            if !lines.insert(item_id) {
                return Err(unreadable());
            }
            let seen = fields.get(&format!("seen-{id}")).and_then(|seen| seen.split_once(' '));
            let (order, seen) = seen.ok_or_else(unreadable)?;
            let order_id: OrderId = order.parse().map_err(|_| unreadable())?;
            let seen = read_plain(seen).ok_or_else(unreadable)?;
            let quantity = match typed.trim() {
                "" => Decimal::ZERO,
                typed => typed_number("quantity", typed, notation)?,
            };
            if !quantity.is_zero() {
                shares.push(Share { order_id, item_id, quantity, seen: Some(seen) });
            }
        }
        if shares.len() > MOST_SHARES {
            return Err(unreadable());
        }
        let divided: Decimal = shares.iter().map(|share| share.quantity).sum();
        let whole = fields.get("quantity").map(|typed| typed_number("quantity", typed, notation));
        let surplus = whole.transpose()?.map_or(Decimal::ZERO, |whole| whole - divided);
        if surplus < Decimal::ZERO {
            return Err(AppError::field("quantity", "purchasing.error.divided_too_much"));
        }
        Ok(Self { shares, surplus, notation })
    }
}

fn answered<T: Serialize>(outcome: &Outcome<T>, tap: &Tap<Fields>, done: &'static str) -> Done {
    let undo = outcome.version.is_some().then(|| format!("/undo/{}", tap.operation_id));
    Done::new(outcome, "/purchasing").say(Sentence::new(done)).undo(undo)
}

async fn buy(State(state): State<AppState>, actor: Actor, tap: Tap<Fields>) -> Result<Done> {
    let Division { shares, surplus, notation } = Division::read(&tap.form)?;
    let field = |name: &str| tap.form.get(name).cloned().unwrap_or_default();
    let terms = TermsFields {
        supplier: field("supplier"),
        cost: field("cost"),
        expected: field("expected"),
        notation,
    };
    let command = BuyGoods::new(&actor, state.clock.now(), shares, surplus, terms.read()?);
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(answered(&outcome, &tap, "done.ordered"))
}

async fn not_found(State(state): State<AppState>, actor: Actor, tap: Tap<Fields>) -> Result<Done> {
    step(&state, &actor, &tap, Step::NotFound, "done.not_found").await
}

async fn receive(State(state): State<AppState>, actor: Actor, tap: Tap<Fields>) -> Result<Done> {
    step(&state, &actor, &tap, Step::Received, "done.received").await
}

async fn unorder(State(state): State<AppState>, actor: Actor, tap: Tap<Fields>) -> Result<Done> {
    step(&state, &actor, &tap, Step::Unordered, "done.unordered").await
}

async fn step(
    state: &AppState,
    actor: &Actor,
    tap: &Tap<Fields>,
    step: Step,
    done: &'static str,
) -> Result<Done> {
    let Division { shares, surplus, .. } = Division::read(&tap.form)?;
    if !surplus.is_zero() {
        return Err(AppError::field("quantity", "purchasing.error.divided_too_little"));
    }
    let command = MoveGoods::new(actor, state.clock.now(), step, shares);
    let outcome = command::run(state, tap, &command).await?;
    Ok(answered(&outcome, tap, done))
}

#[derive(Debug, Deserialize)]
struct SurplusForm {
    /// `stocked` or `canceled`.
    outcome: String,
    /// Empty: all that is left; the form of an older build does not ask how many.
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    notation: Lang,
}

async fn surplus(
    State(state): State<AppState>,
    actor: Actor,
    Path(purchase_id): Path<PurchaseId>,
    tap: Tap<SurplusForm>,
) -> Result<Done> {
    let outcome = Settlement::from_code(&tap.form.outcome).filter(|outcome| *outcome != Settlement::Returned);
    let outcome = outcome.ok_or_else(|| AppError::invalid("error.form_unreadable"))?;
    let typed = Some(tap.form.quantity.trim()).filter(|typed| !typed.is_empty());
    let quantity = typed.map(|typed| typed_number("quantity", typed, tap.form.notation)).transpose()?;
    let (now, operation_id) = (state.clock.now(), tap.operation_id);
    let command = SettleSurplus { actor: &actor, now, operation_id, purchase_id, quantity, outcome };
    let outcome = command::run(&state, &tap, &command).await?;
    let undo = Some(format!("/purchasing/surplus/{operation_id}/undo"));
    Ok(Done::new(&outcome, "/purchasing").say(Sentence::new("done.settled")).undo(undo))
}

async fn undo_surplus(
    State(state): State<AppState>,
    actor: Actor,
    Path(settled): Path<OperationId>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    let command = UnsettleSurplus { actor: &actor, now: state.clock.now(), settled };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/purchasing").say(Sentence::new("done.undone")))
}

#[derive(Debug, Deserialize)]
struct ExpectedForm {
    /// `2025-10-22`, or empty: nobody knows.
    #[serde(default)]
    expected: String,
}

async fn expected(
    State(state): State<AppState>,
    actor: Actor,
    Path(purchase_id): Path<PurchaseId>,
    tap: Tap<ExpectedForm>,
) -> Result<Done> {
    let expected_on = typed_date(&tap.form.expected)?;
    let command = ExpectPurchase { actor: &actor, now: state.clock.now(), purchase_id, expected_on };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/purchasing").say(Sentence::new("done.expected")))
}
