//! Anonymises a customer: the orders stay, and count, without name, code, notes and papers.

use jiff::Timestamp;
use serde_json::json;

use super::import::order_words;
use crate::actor::{Actor, Permission};
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::{EventKind, NewEvent};
use crate::html::folded;
use crate::ids::OrderId;
use crate::orders::customer::{Customer, CustomerOrder};
use crate::orders::queries::anonymise::{self as queries, Anonymous};
use crate::orders::queries::order;

const CALLED: &str = "Cliente anonimizado";
const REMOVED: &str = "Removido: cliente anonimizado";
/// The most orders of one transaction.
const MOST_ORDERS: usize = 2000;

/// The customer's orders. None: the code is that of the counter, which many people share, and no name is given.
pub async fn find_orders(tx: &mut CompanyTx, customer: &Customer) -> Result<Option<Vec<CustomerOrder>>> {
    let (code, name) = (customer.code.trim(), folded(customer.name.trim()));
    if name.is_empty() && queries::is_counter(tx, code).await? {
        return Ok(None);
    }
    let mut orders = queries::list_orders_of(tx, code).await?;
    orders.retain(|order| name.is_empty() || folded(&order.customer) == name);
    Ok(Some(orders))
}

/// Anonymises the customer of these orders. The caller has checked that the actor is an administrator.
#[derive(Debug)]
pub struct AnonymiseCustomer<'a> {
    pub actor: &'a Actor,
    pub source: &'a Source,
    pub now: Timestamp,
    pub customer: Customer,
    /// How many orders the page showed; if there are more or fewer by now, nothing is anonymised.
    pub seen: usize,
}

impl Command for AnonymiseCustomer<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::Administer)?;
        let found = find_orders(tx, &self.customer).await?;
        let found = found.ok_or_else(|| AppError::field("name", "anonymise.name_needed"))?;
        if found.is_empty() || found.len() != self.seen {
            return Err(AppError::conflict("anonymise.changed"));
        }
        if found.len() > MOST_ORDERS {
            return Err(AppError::conflict("anonymise.too_many"));
        }
        let mut ids: Vec<OrderId> = found.iter().map(|order| order.id).collect();
        ids.sort_unstable();
        order::lock_rows(tx, &ids).await?;
        // Read again under the lock: one may have been opened again.
        let now = find_orders(tx, &self.customer).await?.unwrap_or_default();
        if now.len() != found.len() || now.iter().any(|order| order.open) {
            return Err(AppError::conflict("anonymise.open"));
        }
        let known_as = self.customer.code.trim();
        let code = format!("anon-{:016x}", rand::random::<u64>());
        let (called, said, at) = (CALLED, REMOVED, self.now);
        let who = Anonymous { orders: &ids, known_as, code: &code, called, said, at };
        queries::anonymise_customer(tx, &who).await?;
        let words: Vec<String> = found
            .iter()
            .flat_map(|order| order_words(None, known_as, &order.customer, std::iter::empty()))
            .collect();
        queries::forget_words(tx, &ids, &words).await?;
        let event = NewSecurityEvent {
            kind: SecurityEvent::CustomerAnonymised,
            person_id: None,
            actor_id: Some(self.actor.person_id),
            source: self.source,
            detail: json!({ "orders": ids.len(), "code": code }),
            at,
        };
        let company_id = tx.company_id();
        insert_security_event(tx, company_id, &event).await?;
        Ok(NewEvent::new(EventKind::CustomerAnonymised, self.actor.person_id).into())
    }
}
