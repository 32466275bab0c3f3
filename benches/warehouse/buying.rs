//! The buyer's page with two thousand lines on it, and a request that reaches into twenty orders.

use std::time::{Duration, Instant};

use crate::company::Warehouse;
use crate::http::Keep;
use crate::live::{accepted, pick_paths};
use crate::replica::Replica;
use crate::support::database;
use crate::support::world::BUYER;
use crate::table::{Table, at_share, median, time};

const LINES: usize = 2_000;
const MOST_PAGE: Duration = Duration::from_millis(50);
/// Besides the one that was tapped.
const OTHERS: usize = 19;
const FOR_AN_ORDER: Duration = Duration::from_micros(200);

pub async fn run(table: &mut Table, warehouse: &Warehouse, replica: &Replica) {
    request(table, warehouse, replica).await;
    database::run_sql(
        &warehouse.url,
        &format!(
            "update order_items set rest_state = 'purchase_requested' where (company_id, id) in (
               select i.company_id, i.id from order_items i
               join orders o on o.company_id = i.company_id and o.id = i.order_id and o.state = 'open'
               join companies c on c.id = i.company_id and c.code = 'beta'
               where i.rest_state = 'pending' and i.picked = 0 order by i.code, i.id limit {LINES})"
        ),
    )
    .await;
    database::run_sql(&warehouse.url, "vacuum analyze order_items").await;
    let buyer = warehouse.sign_in(replica.port, "beta", BUYER).await.cookie_header();
    let mut keep = Keep::open(replica.port, &buyer);
    for (what, path) in [
        ("purchases, 2,000 lines, by product: first byte, p95", "/purchasing"),
        ("  by order", "/purchasing?by=order"),
    ] {
        let mut times: Vec<Duration> = (0..40)
            .map(|_| {
                let answer = keep.get(path, "gzip");
                assert_eq!(answer.status, 200);
                answer.first_byte
            })
            .collect();
        let took = at_share(&mut times, 0.95);
        table.judge(what, &time(took), "", "≤ 50 ms", took <= MOST_PAGE);
    }
}

/// The same goods in twenty open orders, asked for in one tap.
async fn request(table: &mut Table, warehouse: &Warehouse, replica: &Replica) {
    let person = warehouse.sign_in(replica.port, "beta", BUYER).await.cookie_header();
    let picker = warehouse.sign_in(replica.port, "alfa", &warehouse.crowd[0]).await.cookie_header();
    let mut pick_times = Vec::new();
    let mut keep = Keep::open(replica.port, &picker);
    for path in pick_paths(warehouse).iter().take(100) {
        let tapped = Instant::now();
        accepted(&mut keep, path);
        pick_times.push(tapped.elapsed());
    }
    let pick = median(pick_times);
    let mut connection = database::superuser(&warehouse.url).await;
    let mut keep = Keep::open(replica.port, &person);
    let mut times = Vec::new();
    for line in 0..10 {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select i.order_id::text, i.id::text from order_items i
             join orders o on o.company_id = i.company_id and o.id = i.order_id and o.state = 'open'
             join companies c on c.id = i.company_id and c.code = 'beta'
             where i.position = $1 and i.is_requestable and i.code = (
               select code from order_items k where k.company_id = i.company_id and k.position = $1 limit 1)
             order by o.imported_at, o.id limit $2",
        )
        .bind(line + 1)
        .bind(i64::try_from(OTHERS + 1).unwrap())
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let [(order, item), others @ ..] = &rows[..] else { panic!("no line to ask for") };
        assert_eq!(others.len(), OTHERS);
        let others: Vec<&str> = others.iter().map(|(order, _)| order.as_str()).collect();
        let path = format!("/orders/{order}/items/{item}/request");
        let form = format!("others={}", others.join("+"));
        let tapped = Instant::now();
        let answer = keep.tap(&path, &form, "");
        times.push(tapped.elapsed());
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
    let took = median(times);
    let most = pick * 2 + FOR_AN_ORDER * u32::try_from(OTHERS + 1).unwrap();
    let floor = format!("pick {}", time(pick));
    let target = "≤ 2 × a pick + 0.2 ms an order";
    table.judge("a request across 20 orders", &time(took), &floor, target, took <= most);
}
