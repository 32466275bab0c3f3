//! `/anonymise`: an administrator forgets who a customer is, after a look at what that means.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::actor::Actor;
use crate::auth::client::Client;
use crate::auth::step_up::{administrator, needs_pin};
use crate::command::{self, Done, Tap};
use crate::error::{Result, Sentence};
use crate::extract::Query;
use crate::orders::actions::anonymise::{AnonymiseCustomer, find_orders};
use crate::orders::customer::Customer;
use crate::orders::views::anonymise::{AnonymisePage, Found};
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CustomerQuery {
    code: String,
    name: String,
}

impl CustomerQuery {
    fn customer(&self) -> Customer {
        let short = |text: &str| text.trim().chars().take(100).collect();
        Customer { code: short(&self.code), name: short(&self.name) }
    }
}

pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    Query(query): Query<CustomerQuery>,
) -> Result<Response> {
    let customer = &query.customer();
    if needs_pin(&state, &actor)? {
        // Nobody's data before the PIN.
        let layout = page::layout(&actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
        return page::respond(&AnonymisePage { layout: &layout, customer, found: None, needs_pin: true });
    }
    let (mut tx, live) = LivePage::open(&state.db, &visitor).await?;
    let found = if customer.code.is_empty() {
        None
    } else {
        Some(find_orders(&mut tx, customer).await?.map_or(Found::NameNeeded, |orders| Found::of(&orders)))
    };
    let layout = live.layout(tx, Screen::Anonymise, state.clock.now());
    page::respond(&AnonymisePage { layout: &layout, customer, found, needs_pin: false })
}

#[derive(Debug, Deserialize)]
pub struct AnonymiseForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    /// How many orders the page showed.
    #[serde(default)]
    orders: usize,
}

pub async fn anonymise(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<AnonymiseForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let customer = Customer { code: tap.form.code.clone(), name: tap.form.name.clone() };
    let (source, now, seen) = (&client.source, state.clock.now(), tap.form.orders);
    let command = AnonymiseCustomer { actor: &actor, source, now, customer, seen };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/anonymise").say(Sentence::new("anonymise.done")).go("/anonymise"))
}
