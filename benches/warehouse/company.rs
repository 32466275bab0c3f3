//! The warehouse that is measured: a company as they come (30 open orders), and the largest (5,000).

use separacao::actor::Role;
use separacao::auth::pin_hash as pin;
use separacao::db::Db;
use separacao::ids::PersonId;
use separacao::lifecycle::Lifecycle;
use separacao::people::model::NewPerson;
use separacao::people::queries as people;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{Company, Imported, PIN};
use crate::support::{database, server};

/// Ten sockets are one person's most, and the crowd has a thousand.
const CROWD: usize = 100;
const LARGEST: i64 = 5_000;

pub struct Warehouse {
    pub url: String,
    /// Of the company with 30 open orders.
    pub company_id: Uuid,
    /// Its 30 open orders, of 16 items each but the first, which has 40.
    pub orders: Vec<Imported>,
    /// An order of 500 items, in the largest company.
    pub large_order: Imported,
    /// Login numbers of many people who may pick.
    pub crowd: Vec<String>,
}

impl Warehouse {
    pub async fn fill() -> Self {
        let url = database::create().await;
        let server = TestServer::on(&url, &[]).await;
        let alfa = server.company("alfa").await;
        let mut orders = vec![alfa.import_lines(&["1000000"; 40]).await];
        while orders.len() < 30 {
            orders.push(alfa.import_lines(&["1000000"; 16]).await);
        }
        let beta = server.company("beta").await;
        let like = beta.import(16).await;
        let large_order = beta.import(500).await;
        copy_order(&url, like.id.0).await;
        let crowd = add_crowd(&url, &alfa).await;
        let company_id = alfa.id.0;
        server.stop().await;
        database::run_sql(&url, "vacuum analyze").await;
        database::run_sql(&url, "checkpoint").await;
        Self { url, company_id, orders, large_order, crowd }
    }

    /// A cookie of somebody who has signed in.
    pub async fn sign_in(&self, port: u16, company: &str, number: &str) -> Client {
        let client = Client::new(port);
        client.sign_in(company, number, PIN).await;
        client
    }
}

/// Copies an order with its items until there are as many as the largest company has.
async fn copy_order(url: &str, order: Uuid) {
    let sql = format!(
        "create temp table copies as select gen_random_uuid() as id, n from generate_series(1, {LARGEST}) n;
         insert into orders select copy.* from orders o, copies c, jsonb_populate_record(o,
           jsonb_build_object('id', c.id, 'number', (700000 + c.n)::text)) copy where o.id = '{order}';
         do $$ declare
           -- Not those that Postgres works out from the others.
           given text := (select string_agg(quote_ident(column_name), ', ') from information_schema.columns
             where table_name = 'order_items' and is_generated = 'NEVER');
         begin
           execute format('insert into order_items (%1$s) select %1$s from (
             select copy.* from order_items i, copies c, jsonb_populate_record(i,
               jsonb_build_object(''id'', gen_random_uuid(), ''order_id'', c.id)) copy
             where i.order_id = ''{order}'') copied', given);
         end $$"
    );
    let mut connection = database::superuser(url).await;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

async fn add_crowd(url: &str, company: &Company) -> Vec<String> {
    let settings = server::settings(url, &[]);
    let turn = pin::turn(pin::Lane::Known).await.unwrap();
    let pin_hash = pin::hash(&settings, turn, PIN).await.unwrap();
    let db = Db::open(url, 1, 0, &Lifecycle::default()).unwrap();
    let mut tx = db.operator().await.unwrap();
    let numbers: Vec<String> = (0..CROWD).map(|person| (5000 + person).to_string()).collect();
    for number in &numbers {
        let new = NewPerson {
            id: PersonId::new(),
            number: number.clone(),
            name: format!("Separador {number}"),
            roles: vec![Role::Picker],
            pin_hash: pin_hash.clone(),
            pin_must_change: false,
            created_by: None,
        };
        people::insert_person(&mut tx, company.id, &new).await.unwrap();
    }
    tx.commit().await.unwrap();
    numbers
}
