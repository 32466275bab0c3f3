//! Two companies with the same people in each, and orders made by the real import.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::civil::date;
use rust_decimal::Decimal;
use separacao::actor::Role;
use separacao::auth::pin_hash as pin;
use separacao::clock::Clock;
use separacao::companies::actions::companies;
use separacao::companies::model::NewCompany;
use separacao::config::Settings;
use separacao::db::Db;
use separacao::feed;
use separacao::ids::{CompanyId, ItemId, OrderId, PersonId};
use separacao::lifecycle::Lifecycle;
use separacao::orders::actions::import::{Document, import_order};
use separacao::orders::item::ItemState;
use separacao::orders::model::{OrderSummary, ShippingOption};
use separacao::orders::queries::import::{NewItem, NewOrder};
use separacao::orders::queries::{items, options, summaries};
use separacao::people::model::NewPerson;
use separacao::people::queries as people;
use separacao::state::AppState;

use super::server;

/// Everybody's PIN.
pub const PIN: &str = "739146";

/// Who works in each of the two companies, `alfa` and `beta`.
pub const PEOPLE: [(&str, &str, &[Role]); 7] = [
    ("1000", "Ana Souza", &[Role::Admin]),
    ("1001", "Beatriz Lima", &[Role::Admin, Role::Seller]),
    ("2000", "Marina Alves Prado", &[Role::Seller]),
    ("2001", "Caio Bento da Luz", &[Role::Seller]),
    ("3000", "João Pereira", &[Role::Picker]),
    ("3001", "Maria Conceição", &[Role::Picker]),
    ("4000", "Pedro Compras", &[Role::Buyer]),
];

pub const ADMIN: &str = "1000";
pub const SELLER: &str = "2000";
pub const OTHER_SELLER: &str = "2001";
pub const PICKER: &str = "3000";
pub const OTHER_PICKER: &str = "3001";
pub const BUYER: &str = "4000";

/// Fills the template.
pub async fn people(url: &str) {
    let settings = server::settings(url, &[]);
    let db = Db::open(url, 2, 100, &Lifecycle::default()).unwrap();
    let turn = pin::turn(pin::Lane::Known).await.unwrap();
    let pin_hash = pin::hash(&settings, turn, PIN).await.unwrap();
    for (name, code) in [("Distribuidora Alfa", "alfa"), ("Distribuidora Beta", "beta")] {
        let new = NewCompany { name, code, time_zone: "America/Sao_Paulo" };
        let company_id = companies::create_company(&db, new).await.unwrap();
        add_people(&db, &settings, company_id, &pin_hash).await;
    }
    db.close();
}

async fn add_people(db: &Db, _settings: &Settings, company_id: CompanyId, pin_hash: &str) {
    let mut tx = db.operator().await.unwrap();
    for (number, name, roles) in PEOPLE {
        let new = NewPerson {
            id: PersonId::new(),
            number: number.to_owned(),
            name: name.to_owned(),
            roles: roles.to_vec(),
            pin_hash: pin_hash.to_owned(),
            pin_must_change: false,
            created_by: None,
        };
        people::insert_person(&mut tx, company_id, &new).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// One of the two companies, and a way to put orders into it.
#[derive(Clone, Debug)]
pub struct Company {
    pub app: AppState,
    pub id: CompanyId,
    pub code: &'static str,
}

/// An order that was just imported.
#[derive(Clone, Debug)]
pub struct Imported {
    pub id: OrderId,
    pub number: String,
    pub items: Vec<ItemId>,
}

impl Company {
    pub async fn find(app: &AppState, code: &'static str) -> Self {
        let company = companies::get_company(&app.db, Some(code)).await.unwrap();
        Self { app: app.clone(), id: company.id, code }
    }

    pub async fn person(&self, number: &str) -> PersonId {
        let mut tx = self.app.db.company(self.id).await.unwrap();
        people::find_person_by_number(&mut tx, self.id, number)
            .await
            .unwrap()
            .expect("a person of that number")
    }

    /// An order as its screens show it.
    pub async fn summary(&self, order_id: OrderId) -> OrderSummary {
        let mut tx = self.app.db.company(self.id).await.unwrap();
        summaries::get_summary(&mut tx, order_id).await.unwrap()
    }

    /// A shipping option that makes its orders urgent.
    pub async fn urgent_shipping(&self) -> ShippingOption {
        let mut tx = self.app.db.company(self.id).await.unwrap();
        let options = options::list_shipping_options(&mut tx, None).await.unwrap();
        options.into_iter().find(|option| option.makes_urgent).expect("an option that makes urgent")
    }

    /// The id of what was bought last, and not taken back for every line.
    pub async fn newest_purchase(&self) -> Option<String> {
        let mut tx = self.app.db.company(self.id).await.unwrap();
        let read = sqlx::query_scalar(
            "select p.id::text from purchases p
             where p.surplus > 0 or exists (select from purchase_allocations a where a.purchase_id = p.id)
             order by p.id desc limit 1",
        );
        read.fetch_optional(&mut *tx).await.unwrap()
    }

    /// A line of an order as it is now.
    pub async fn line(&self, order: &Imported, line: usize) -> ItemState {
        let mut tx = self.app.db.company(self.id).await.unwrap();
        let found = items::list_items(&mut tx, order.id, Some(&[order.items[line]])).await.unwrap();
        found.into_iter().next().expect("a line").state
    }

    /// Imports an order of `lines` lines, 10 UN each, sold by [`SELLER`].
    pub async fn import(&self, lines: usize) -> Imported {
        let quantities: Vec<&str> = std::iter::repeat_n("10", lines).collect();
        self.import_lines(&quantities).await
    }

    /// Imports an order with a line for each quantity.
    pub async fn import_lines(&self, quantities: &[&str]) -> Imported {
        static NUMBERS: AtomicU32 = AtomicU32::new(50_000);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed).to_string();
        let seller_id = self.person(SELLER).await;
        let mut tx = self.app.db.company(self.id).await.unwrap();
        let shipping = options::list_shipping_options(&mut tx, None).await.unwrap().remove(0);
        let items: Vec<NewItem> = quantities
            .iter()
            .enumerate()
            .map(|(line, quantity)| NewItem {
                code: format!("{:05}", 100 + line),
                description: format!("FO{line:02} --> FONE MODELO {line}"),
                unit: "UN".to_owned(),
                quantity: quantity.parse().unwrap(),
                unit_price: Decimal::new(350, 2),
                total_cents: (Decimal::from(350) * quantity.parse::<Decimal>().unwrap()).try_into().unwrap(),
            })
            .collect();
        let order = NewOrder {
            id: OrderId::new(),
            number: Some(number.clone()),
            customer_code: "001007".to_owned(),
            customer: "PAULA TESTE DE SOUZA".to_owned(),
            seller_id,
            imported_by: seller_id,
            quote_date: date(2025, 10, 22),
            shipping_id: shipping.id,
            packaging_id: shipping.packagings[0],
            total_cents: 3500,
            discount_cents: 0,
            payable_cents: 3500,
            values_mismatch_reason: None,
            urgent: false,
            due_at: None,
            items,
        };
        let now = self.app.clock.now();
        let document = Document { file_name: "x.pdf", sha256: &[1; 32], pdf: b"%PDF-1.4" };
        let event = import_order(&mut tx, &order, Some(&document), None, now).await.unwrap();
        feed::commit(tx, &self.app.doorbell, &[event], now).await.unwrap();
        let mut tx = self.app.db.company(self.id).await.unwrap();
        let items = items::list_items(&mut tx, order.id, None).await.unwrap();
        Imported { id: order.id, number, items: items.iter().map(|item| item.id).collect() }
    }
}

/// A clock that tests move.
pub fn clock() -> Clock {
    Clock::default()
}
