//! Folds search words again that an older build wrote.

use super::import::{code_words, order_words};
use crate::db::{CompanyTx, Db};
use crate::error::Result;
use crate::feed;
use crate::ids::{CompanyId, OrderId};
use crate::orders::queries::{documents, search};

/// Orders in one round of one company: a minute later the next ones.
const AT_ONCE: i64 = 200;

/// Folds some orders' words again, each in a transaction of its own. Harmless when two replicas do it at once.
pub async fn fold_again(db: &Db, company_id: CompanyId) -> Result<()> {
    let mut tx = db.company(company_id).await?;
    let stale = search::list_stale(&mut tx, AT_ONCE).await?;
    drop(tx);
    for order_id in stale {
        let mut tx = db.company(company_id).await?;
        fold_order(&mut tx, order_id).await?;
        feed::commit_without_event(tx).await?;
    }
    Ok(())
}

async fn fold_order(tx: &mut CompanyTx, order_id: OrderId) -> Result<()> {
    let named = search::lock_named(tx, order_id).await?;
    let lines = named.lines.iter().map(|(code, description)| (code.as_str(), description.as_str()));
    let mut words = order_words(named.number.as_deref(), &named.customer_code, &named.customer, lines);
    // The numbers it had before a newer quote.
    let numbers = documents::list_numbers(tx, order_id).await?;
    words.extend(numbers.iter().flat_map(|number| code_words(number)));
    words.sort_unstable();
    words.dedup();
    search::insert_words(tx, order_id, &words).await?;
    search::delete_stale(tx, order_id).await
}
