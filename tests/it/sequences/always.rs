//! What must hold after each step.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use separacao::ids::{ItemId, OrderId};
use separacao::orders::history::Detail;
use separacao::orders::item::{ItemState, RestState};
use separacao::orders::model::Item;
use sqlx::types::Json;
use uuid::Uuid;

use super::bench::Run;
use crate::support::client::Client;

/// Everything that commands change of the two orders, but for who changed it last and when.
pub async fn rows(run: &mut Run<'_>) -> String {
    let sql = "select jsonb_pretty(jsonb_build_object(
        'orders', (select jsonb_agg(to_jsonb(o) - 'version' order by o.id) from orders o where o.id = any($1)),
        'items', (select jsonb_agg(to_jsonb(i) - 'version' order by i.id) from order_items i where i.order_id = any($1)),
        'picks', (select jsonb_agg(to_jsonb(p) order by p.item_id, p.seq) from item_picks p where p.order_id = any($1)),
        'notes', (select jsonb_agg(n.text order by n.id) from order_notes n where n.order_id = any($1) and n.removed_at is null),
        'bought', (select jsonb_agg(to_jsonb(a) order by a.item_id, a.purchase_id) from purchase_allocations a where a.order_id = any($1)),
        'surplus', (select jsonb_agg(to_jsonb(p) order by p.id) from purchases p
          where exists (select from purchase_allocations a where a.purchase_id = p.id and a.order_id = any($1))),
        'short', (select jsonb_agg(jsonb_build_array(s.item_id, s.units, s.cause, s.marked_by, s.marked_at) order by s.item_id)
          from shortages s where s.order_id = any($1) and s.closed_at is null),
        'agreed', (select jsonb_agg(jsonb_build_array(r.item_id, r.version) order by r.item_id, r.version)
          from agreed_replacements r where r.order_id = any($1) and r.withdrawn_version is null),
        'places', (select jsonb_agg(jsonb_build_array(l.code, l.unit, l.location) order by l.code, l.unit)
          from shelf_locations l where l.location is not null),
        'marks', (select jsonb_agg(jsonb_build_array(m.order_id, m.mark) order by m.order_id, m.mark)
          from outcome_marks m where m.order_id = any($1))))";
    let ids = run.orders.iter().map(|order| order.id.0).collect::<Vec<_>>();
    sqlx::query_scalar(sql).bind(ids).fetch_one(&mut run.db).await.unwrap()
}

/// One look at an order.
pub struct Watch {
    id: OrderId,
    items: Vec<Item>,
}

fn must(holds: bool, what: &str, of: &impl std::fmt::Debug) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {of:?}")) }
}

impl Watch {
    pub async fn look(run: &mut Run<'_>) -> Result<(), String> {
        for id in run.orders.clone().map(|order| order.id) {
            let items = run.items(id).await;
            let watch = Self { id, items };
            for item in &watch.items {
                sound(&item.state)?;
            }
            watch.picks(run).await?;
            watch.purchases(run).await?;
            watch.shortages(run).await?;
            watch.history(run).await?;
        }
        Ok(())
    }

    /// The picks that stand are what is in the box.
    async fn picks(&self, run: &mut Run<'_>) -> Result<(), String> {
        let sql = "select item_id, sum(quantity) from item_picks where order_id = $1 group by item_id";
        let found = self.sums(run, sql).await;
        for item in &self.items {
            let picked = found.get(&item.id).copied().unwrap_or_default();
            must(
                picked == item.state.held(),
                "picks that stand are what is in the box",
                &(picked, &item.state),
            )?;
        }
        Ok(())
    }

    /// What a line waits for is what was bought for it, and nothing bought is negative, or gone.
    async fn purchases(&self, run: &mut Run<'_>) -> Result<(), String> {
        for (column, of) in [
            ("ordered", (|state| state.ordered) as fn(&ItemState) -> Decimal),
            ("received", |state| state.received),
        ] {
            let sql = format!(
                "select item_id, sum({column}) from purchase_allocations where order_id = $1 group by item_id"
            );
            let found = self.sums(run, &sql).await;
            for item in &self.items {
                let bought = found.get(&item.id).copied().unwrap_or_default();
                must(bought == of(&item.state), column, &(bought, &item.state))?;
            }
        }
        Ok(())
    }

    async fn sums(&self, run: &mut Run<'_>, sql: &str) -> BTreeMap<ItemId, Decimal> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let read = sqlx::query_as::<_, (Uuid, Decimal)>(sql).bind(self.id.0);
        let rows = read.fetch_all(&mut run.db).await.unwrap();
        rows.into_iter().map(|(item, sum)| (ItemId(item), sum)).collect()
    }

    /// A line that waits for an answer has one open record that says the same; no other has one.
    async fn shortages(&self, run: &mut Run<'_>) -> Result<(), String> {
        let sql = "select s.item_id, s.units, s.cause from shortages s where s.order_id = $1 and s.closed_at is null";
        let read = sqlx::query_as::<_, (Uuid, Decimal, String)>(sql).bind(self.id.0);
        let records = read.fetch_all(&mut run.db).await.unwrap();
        let open: bool = sqlx::query_scalar("select state = 'open' from orders where id = $1")
            .bind(self.id.0)
            .fetch_one(&mut run.db)
            .await
            .unwrap();
        for item in &self.items {
            let of: Vec<(Decimal, &str)> = records
                .iter()
                .filter(|(id, ..)| *id == item.id.0)
                .map(|(_, units, cause)| (units.normalize(), cause.as_str()))
                .collect();
            let state = &item.state;
            let cause = if state.rest_state == RestState::Short { "short" } else { "not_found" };
            let waits = open && !state.unanswered.is_zero();
            let expected = if waits { vec![(state.unanswered.normalize(), cause)] } else { vec![] };
            must(of == expected, "records of missing units are as the line", &(of.clone(), open, state))?;
        }
        Ok(())
    }

    /// The history, read from its beginning, leads to the rows; what was taken back is as it was before.
    async fn history(&self, run: &mut Run<'_>) -> Result<(), String> {
        let sql = "select version, detail, undoes from order_history where order_id = $1 order by version";
        let read = sqlx::query_as::<_, (i64, Json<Detail>, Option<i64>)>(sql).bind(self.id.0);
        let entries = read.fetch_all(&mut run.db).await.unwrap();
        let mut states: BTreeMap<ItemId, (i64, ItemState)> = BTreeMap::new();
        let mut known: BTreeMap<i64, &Detail> = BTreeMap::new();
        for (version, Json(detail), undoes) in &entries {
            for line in &detail.lines {
                let before = states.get(&line.item).map(|(_, state)| state);
                let follows = before.is_none_or(|before| *before == line.before);
                must(follows, "an entry begins where the one before ended", &(version, before, line))?;
                states.insert(line.item, (*version, line.after.clone()));
            }
            if let Some(undone) = undoes.and_then(|undone| known.get(&undone)) {
                for line in &detail.lines {
                    let was = undone.lines.iter().find(|was| was.item == line.item);
                    let back = was.is_some_and(|was| was.before == line.after);
                    must(back, "what is taken back is as it was", &(version, was, line))?;
                }
            }
            known.insert(*version, detail);
        }
        for item in &self.items {
            let Some((version, state)) = states.get(&item.id) else { continue };
            must(*state == item.state, "the history leads to the row", &(version, state, &item.state))?;
            let last = item.last_change.as_ref().map(|change| change.version);
            must(last == Some(*version), "a line knows who changed it last", &(version, last))?;
        }
        Ok(())
    }
}

/// Of every line at every moment.
fn sound(state: &ItemState) -> Result<(), String> {
    let zero = Decimal::ZERO;
    must(state.picked >= zero && state.picked <= state.quantity, "picked ≤ quantity", state)?;
    must(state.received >= zero && state.received <= state.ordered, "received ≤ ordered", state)?;
    must(state.ordered + state.not_found <= state.rest(), "ordered + not found ≤ rest", state)?;
    let bought = state.rest_state == RestState::PurchaseOrdered;
    must(bought == (state.ordered > zero), "ordered exactly when something is", state)?;
    let nothing = state.ordered.is_zero() && state.received.is_zero() && state.not_found.is_zero();
    let settled = state.rest_state == RestState::Pending && nothing;
    must(!state.rest().is_zero() || settled, "a rest of nothing is pending", state)?;
    must(state.not_found.is_zero() || state.is_in_purchase(), "what is not found was asked for", state)
}

/// What the buyer's lists say of the two orders is what their lines say.
pub async fn lists(run: &mut Run<'_>, client: &Client) -> Result<(), String> {
    for order in run.orders.clone() {
        let items = run.items(order.id).await;
        let open = run.state(order.id).await == "open";
        let of = |units: fn(&ItemState) -> Decimal| {
            let units = items.iter().map(|item| units(&item.state)).filter(|units| !units.is_zero());
            let mut units: Vec<Decimal> = units.filter(|_| open).map(|units| units.normalize()).collect();
            units.sort();
            units
        };
        for (view, expected) in [("buy", of(ItemState::to_buy)), ("coming", of(ItemState::on_the_way))] {
            let path = format!("/purchasing?view={view}&by=order&q={}", order.number);
            let page = client.get(&path).await.text;
            let mut shown = quantities(&page);
            shown.sort();
            // Units of two purchases stand in two rows.
            let same = shown == expected
                || (view == "coming" && shown.iter().sum::<Decimal>() == expected.iter().sum());
            must(same, "the buyer's list is that of the lines", &(view, shown, expected))?;
        }
    }
    Ok(())
}

fn quantities(page: &str) -> Vec<Decimal> {
    let parts = page.split("<span class=\"qty\"><b>").skip(1);
    parts.map(|part| part.split('<').next().unwrap().replace(',', ".").parse().unwrap()).collect()
}
