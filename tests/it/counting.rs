//! What a line counts as is said in the database, and what it is shown as in Rust: they agree.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use separacao::orders::item::{ItemGroup, ItemState, ItemStatus, Replacement, RestState};
use separacao::orders::queries::{items, order};
use sqlx::Row;

use crate::support::server::TestServer;

const LINES: usize = 600;

/// The columns, each with what the screens say of a line.
type Column = (&'static str, fn(&ItemState) -> bool);

const COLUMNS: [Column; 9] = [
    ("is_listed", |line| !line.quantity.is_zero() || line.status() == ItemStatus::Return),
    ("is_settled", |line| {
        let done = [ItemGroup::Short, ItemGroup::Substituted, ItemGroup::Picked];
        let short = line.group() == ItemGroup::Unanswered && line.rest_state == RestState::Short;
        !line.quantity.is_zero() && (short || done.contains(&line.group()))
    }),
    ("is_touched", |line| !line.held().is_zero()),
    ("is_pickable", |line| {
        let now = [ItemStatus::Pending, ItemStatus::Swap, ItemStatus::Arrived];
        now.contains(&below(line)) || is_in_purchase(line) && !line.received.is_zero()
    }),
    ("is_in_purchase", is_in_purchase),
    ("has_arrived", |line| is_in_purchase(line) && !line.received.is_zero()),
    ("is_short", |line| {
        below(line) == ItemStatus::Short
            || below(line) == ItemStatus::Unanswered && line.rest_state == RestState::Short
    }),
    ("is_substituted", |line| below(line) == ItemStatus::Substituted),
    ("must_return", |line| line.status() == ItemStatus::Return),
];

/// What the line is shown as once what must go back has gone.
fn below(line: &ItemState) -> ItemStatus {
    ItemState { to_return: Decimal::ZERO, ..line.clone() }.status()
}

fn is_in_purchase(line: &ItemState) -> bool {
    let missing = below(line) == ItemStatus::Unanswered && line.rest_state != RestState::Short;
    let bought = [
        ItemStatus::PurchaseRequested,
        ItemStatus::PurchaseOrdered,
        ItemStatus::NotFound,
        ItemStatus::Arrived,
    ];
    missing || bought.contains(&below(line))
}

/// Any line that the schema takes.
fn line() -> impl Strategy<Value = ItemState> {
    let rest_states = prop::sample::select(vec![
        RestState::Pending,
        RestState::PurchaseRequested,
        RestState::PurchaseOrdered,
        RestState::Substituted,
        RestState::Short,
    ]);
    let units = (0i64..6, 0i64..8, 0i64..3, 0i64..4, 0i64..4, 0i64..4, 0i64..4);
    (units, rest_states, any::<bool>()).prop_map(|(units, rest_state, swap)| {
        let (quantity, picked, to_return, ordered, received, not_found, unanswered) = units;
        let mut line = ItemState::new(Decimal::from(quantity));
        line.off_quote = quantity == 0;
        line.picked = Decimal::from(picked.min(quantity));
        line.to_return = Decimal::from(to_return);
        if line.rest().is_zero() {
            return line;
        }
        line.rest_state = rest_state;
        if rest_state == RestState::PurchaseOrdered {
            line.ordered = Decimal::from(ordered.max(1)).min(line.rest());
            line.received = Decimal::from(received).min(line.ordered);
        }
        line.not_found = Decimal::from(not_found).min(line.rest() - line.ordered);
        if swap || rest_state == RestState::Substituted {
            line.replacement = Some(Replacement {
                code: None,
                unit: None,
                text: "CB15".to_owned(),
                quantity: line.rest(),
                agreed: false,
            });
        }
        line.unanswered = Decimal::from(unanswered);
        line.unanswered = line.unanswered.min(match line.rest_state {
            RestState::Short => line.rest(),
            RestState::PurchaseRequested | RestState::PurchaseOrdered => line.not_found,
            RestState::Pending | RestState::Substituted => Decimal::ZERO,
        });
        line
    })
}

#[tokio::test]
async fn every_line_counts_as_what_it_is_shown_as() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let imported = company.import(LINES).await;
    let mut runner = TestRunner::deterministic();
    let written: Vec<ItemState> =
        (0..LINES).map(|_| line().new_tree(&mut runner).unwrap().current()).collect();

    let mut tx = company.app.db.company(company.id).await.unwrap();
    let locked = order::lock_order(&mut tx, imported.id).await.unwrap();
    for (id, state) in imported.items.iter().zip(&written) {
        items::update_item(&mut tx, &locked, *id, state).await.unwrap();
    }
    let rows = sqlx::query("select * from order_items where order_id = $1 order by position")
        .bind(imported.id.0)
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    let mut seen = [[0; 2]; COLUMNS.len()];
    for (state, row) in written.iter().zip(&rows) {
        for ((column, shown), seen) in COLUMNS.iter().zip(&mut seen) {
            let counted: bool = row.get(column);
            assert_eq!(counted, shown(state), "{column} of {state:?}");
            seen[usize::from(counted)] += 1;
        }
    }
    assert!(seen.as_flattened().iter().all(|times| *times > 10), "each is met both ways: {seen:?}");
}
