//! A server, four people, and for each sequence two orders that want some of the same goods.

use rust_decimal::Decimal;
use separacao::actor::Actor;
use separacao::command;
use separacao::command::{Caller, Change, Command, Tap};
use separacao::db::CompanyTx;
use separacao::error::AppError;
use separacao::ids::{DraftId, OperationId, OrderId};
use separacao::orders::actions::OrderContext;
use separacao::orders::actions::import::Document;
use separacao::orders::actions::revise::{NewerQuote, revise_order};
use separacao::orders::model::Item;
use separacao::orders::queries::import::{NewItem, NewOrder};
use separacao::orders::queries::items;
use separacao::orders::queries::revise::get_base;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Mutex;

use super::always;
use super::always::Watch;
use super::steps::{ACTS, Form, Step};
use crate::support::client::{Answer, Client};
use crate::support::database::superuser;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, Company, Imported, PICKER, SELLER};

pub struct Bench {
    server: TestServer,
    pub company: Company,
    /// The administrator first.
    clients: Vec<Client>,
    /// The administrator.
    actor: Actor,
    /// How often each act was accepted.
    accepted: Mutex<BTreeMap<&'static str, u32>>,
}

/// Something that can be taken back: by whom, and how everything was before it.
struct Taken {
    undo: String,
    who: usize,
    before: String,
}

/// One sequence on its way.
pub struct Run<'a> {
    pub(super) bench: &'a Bench,
    pub orders: [Imported; 2],
    pub db: PgConnection,
    /// What was done just now, if it can be taken back.
    last: Option<Taken>,
    older: Vec<Taken>,
    log: Vec<String>,
}

impl Bench {
    pub async fn set_up() -> Self {
        let server = TestServer::start().await;
        let company = server.company("alfa").await;
        let mut clients = vec![server.signed_in("alfa", ADMIN).await];
        let actor = crate::wire::actor(&server.app, &server.database_url).await;
        for number in [SELLER, PICKER, BUYER] {
            clients.push(server.signed_in("alfa", number).await);
        }
        Self { server, company, clients, actor, accepted: Mutex::default() }
    }

    /// Tries one step after the other; says what does not hold, and what led to it.
    pub async fn follow(&self, steps: &[Step]) -> Result<(), String> {
        let orders = [self.company.import_lines(&["5", "3"]).await, self.company.import_lines(&["4"]).await];
        let db = superuser(&self.server.database_url).await;
        let mut run = Run { bench: self, orders, db, last: None, older: Vec::new(), log: Vec::new() };
        for step in steps {
            let held = run.step(step).await;
            held.map_err(|broken| format!("{broken}\n  {}", run.log.join("\n  ")))?;
        }
        let held = always::lists(&mut run, &self.clients[0]).await;
        held.map_err(|broken| format!("{broken}\n  {}", run.log.join("\n  ")))
    }

    /// What is never accepted proves nothing. One or two rare acts may find nothing to act on in a run.
    pub fn must_have_done_nearly_everything(&self) {
        let accepted = self.accepted.lock().unwrap();
        let never: Vec<_> = ACTS.iter().filter(|(_, act)| !accepted.contains_key(act)).collect();
        assert!(never.len() <= 2, "never accepted: {never:?} of {accepted:?}");
    }
}

impl Run<'_> {
    pub async fn items(&self, order: OrderId) -> Vec<Item> {
        let mut tx = self.bench.company.app.db.company(self.bench.company.id).await.unwrap();
        items::list_items(&mut tx, order, None).await.unwrap()
    }

    pub async fn state(&mut self, order: OrderId) -> String {
        let read = sqlx::query_scalar("select state from orders where id = $1").bind(order.0);
        read.fetch_one(&mut self.db).await.unwrap()
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let before = always::rows(self).await;
        if step.act.starts_with("undo") {
            return self.undo(step, &before).await;
        }
        if step.act == "revise order" {
            let done = self.revise(step).await;
            self.log.push(format!("revised {step:?}: {done}"));
            return if done { self.accepted(step, None).await } else { Ok(()) };
        }
        let Some((path, form)) = self.tap_of(step).await else { return Ok(()) };
        let answer = self.send(step.who, &path, &form).await?;
        if answer.0.status != 200 {
            return self.must_be(&before, "a refusal changes nothing").await;
        }
        let body = answer.0.json();
        let undo = body["undo"].as_str().map(str::to_owned);
        self.accepted(step, undo.map(|undo| Taken { undo, who: answer.1, before })).await
    }

    async fn accepted(&mut self, step: &Step, taken: Option<Taken>) -> Result<(), String> {
        *self.bench.accepted.lock().unwrap().entry(step.act).or_default() += 1;
        self.older.extend(self.last.take());
        self.last = taken;
        Watch::look(self).await
    }

    /// Who lacks the permission asks an administrator.
    async fn send(&mut self, who: usize, path: &str, form: &Form) -> Result<(Answer, usize), String> {
        let fields: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut done = (self.bench.clients[who].tap(path, &fields).await, who);
        if done.0.status == 403 {
            done = (self.bench.clients[0].tap(path, &fields).await, 0);
        }
        self.log.push(format!("{} {path} {fields:?} by {}", done.0.status.as_u16(), done.1));
        if done.0.status.is_server_error() || done.0.status == 403 {
            return Err(format!("{path}: {} {}", done.0.status, done.0.text));
        }
        Ok(done)
    }

    async fn undo(&mut self, step: &Step, now: &str) -> Result<(), String> {
        let last = step.act == "undo last";
        let taken = if last {
            self.last.take()
        } else if self.older.is_empty() {
            None
        } else {
            let index = usize::from(step.n) % self.older.len();
            Some(self.older.remove(index))
        };
        let Some(Taken { undo, who, before }) = taken else { return Ok(()) };
        let (answer, _) = self.send(who, &undo, &Form::new()).await?;
        if answer.status != 200 {
            self.must_be(now, "a refusal changes nothing").await?;
            return if last { Err(format!("nobody came after: {}", answer.text)) } else { Ok(()) };
        }
        *self.bench.accepted.lock().unwrap().entry(step.act).or_default() += 1;
        if last {
            self.must_be(&before, "taken back, everything is as it was").await?;
        } else {
            self.older.extend(self.last.take());
        }
        Watch::look(self).await
    }

    async fn must_be(&mut self, expected: &str, what: &str) -> Result<(), String> {
        let found = always::rows(self).await;
        if found == expected { Ok(()) } else { Err(format!("{what}:\n{expected}\n{found}")) }
    }

    /// A newer quote of the order: every line wants another quantity, or is gone; one may be new.
    async fn revise(&self, step: &Step) -> bool {
        let order = &self.orders[step.order];
        let items = self.items(order.id).await;
        let mut wanted = Vec::new();
        for (place, item) in items.iter().filter(|item| !item.state.off_quote).enumerate() {
            let quantity = [0, 1, 2, 4, 7][(usize::from(step.n) + 3 * place) % 5];
            let (code, description) = (item.code.clone(), item.description.clone());
            wanted.push(line(code, description, if place == 0 { quantity.max(1) } else { quantity }));
        }
        if step.n.is_multiple_of(4) {
            wanted.push(line("00200".to_owned(), "NV01 --> NOVO".to_owned(), 2));
        }
        wanted.retain(|item| !item.quantity.is_zero());
        let Bench { company, actor, .. } = self.bench;
        let on = OrderContext { actor, order_id: order.id, now: company.app.clock.now() };
        let caller = Caller::from(actor);
        let tap =
            Tap { caller, operation_id: OperationId::new(), fingerprint: [0; 32], tapped_at: None, form: () };
        command::run(&company.app, &tap, &Revise { on, wanted }).await.is_ok()
    }
}

/// Applies the difference as it is.
struct Revise<'a> {
    on: OrderContext<'a>,
    wanted: Vec<NewItem>,
}

impl Command for Revise<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change, AppError> {
        let base = get_base(tx, self.on.order_id).await?;
        let header = base.header.clone();
        let quote = NewOrder {
            id: self.on.order_id,
            number: header.number,
            customer_code: header.customer_code,
            customer: header.customer,
            seller_id: header.seller_id,
            imported_by: self.on.actor.person_id,
            quote_date: header.quote_date,
            shipping_id: header.shipping_id,
            packaging_id: header.packaging_id,
            total_cents: header.total_cents,
            discount_cents: 0,
            payable_cents: header.total_cents,
            values_mismatch_reason: None,
            urgent: header.urgent,
            due_at: header.due_at,
            items: self.wanted.clone(),
        };
        let seen = base.fingerprint(&base.revised(&quote));
        let document = Document { file_name: "x.pdf", sha256: &[2; 32], pdf: b"%PDF-1.4" };
        let newer =
            NewerQuote { quote: &quote, document, draft_id: DraftId::new(), note: "", seen: Some(&seen) };
        Ok(revise_order(tx, self.on, &newer).await?.into())
    }
}

fn line(code: String, description: String, quantity: i64) -> NewItem {
    NewItem {
        code,
        description,
        unit: "UN".to_owned(),
        quantity: Decimal::from(quantity),
        unit_price: Decimal::new(350, 2),
        total_cents: 350 * quantity,
    }
}
