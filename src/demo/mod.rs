//! The demo company: people, and orders in every state, made by the real commands.

mod goods;
mod paper;
mod plan;
mod story;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::actor::{Actor, CompanySettings, Overrides, Role, SessionFacts};
use crate::auth::client::Source;
use crate::auth::model::pin;
use crate::auth::pin_hash::{self, Lane};
use crate::command::{self, Caller, Change, Command, Tap};
use crate::companies::actions::companies;
use crate::companies::model::NewCompany;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, OperationId, OrderId, PersonId, SessionId};
use crate::orders::actions::import::{Document, import_order};
use crate::orders::actions::location::ImportLocations;
use crate::orders::deadline::next_at;
use crate::orders::location::PlacedGoods;
use crate::orders::model::ShippingOption;
use crate::orders::queries::import::{NewItem, NewOrder};
use crate::orders::queries::options;
use crate::page::CompanyTime;
use crate::people::actions::{By, CreatePerson};
use crate::people::model::NewPerson;
use crate::state::AppState;
use crate::theme::Theme;
use plan::{Dice, Plan};
use story::Story;

pub const CODE: &str = "demo";
const NAME: &str = "Distribuidora Demo";
const TIME_ZONE: &str = "America/Sao_Paulo";
const DAY: (i16, i16) = (450, 1020);
/// The bus leaves at half past six.
const BUS: (&str, i16) = ("Ônibus", 1110);

/// How to sign in. The PIN is shown only here.
#[derive(Debug)]
pub struct DemoReport {
    pub company: &'static str,
    pub code: &'static str,
    pub pin: String,
    /// Number, name, roles.
    pub people: Vec<(&'static str, &'static str, &'static [Role])>,
    pub orders: usize,
}

/// Makes the demo company. None: it is there already.
pub async fn load(state: &AppState) -> Result<Option<DemoReport>> {
    let known = companies::list_companies(&state.db).await?;
    if known.iter().any(|company| company.code == CODE) {
        return Ok(None);
    }
    let new = NewCompany { name: NAME, code: CODE, time_zone: TIME_ZONE };
    let company_id = companies::create_company(&state.db, new).await?;
    companies::set_shipping_time(&state.db, company_id, BUS.0, BUS.1).await?;
    let pin = pin::one_time(6, goods::PEOPLE[0].0);
    let demo = Demo { state, company_id, people: add_people(state, company_id, &pin).await? };
    demo.place_goods().await?;
    let mut plans = plan::past();
    plans.extend(plan::plans());
    for (index, plan) in plans.iter().enumerate() {
        demo.make_order(index, plan).await?;
    }
    let people = goods::PEOPLE.to_vec();
    Ok(Some(DemoReport { company: NAME, code: CODE, pin, people, orders: plans.len() }))
}

async fn add_people(state: &AppState, company_id: CompanyId, pin: &str) -> Result<Vec<Actor>> {
    let turn = pin_hash::turn(Lane::New).await?;
    let pin_hash = pin_hash::hash(&state.settings, turn, pin).await?;
    let now = state.clock.now();
    let mut people: Vec<Actor> = Vec::new();
    for (number, name, roles) in goods::PEOPLE {
        let person = actor(company_id, number, name, roles, now);
        // The first administrator makes everybody, also herself.
        let maker = people.first().unwrap_or(&person);
        let new = NewPerson {
            id: person.person_id,
            number: number.to_owned(),
            name: name.to_owned(),
            roles: roles.to_vec(),
            pin_hash: pin_hash.clone(),
            pin_must_change: false,
            created_by: None,
        };
        let source = Source::default();
        let by = By { actor_id: maker.person_id, source: &source, now };
        // The first operation of a person who is not there yet has no owner: it runs without an id.
        let mut tx = state.db.company(company_id).await?;
        let created = CreatePerson { by, new }.create(&mut tx).await?;
        crate::feed::commit(tx, &state.doorbell, &created.events, now).await?;
        people.push(person);
    }
    Ok(people)
}

fn actor(company_id: CompanyId, number: &str, name: &str, roles: &[Role], now: Timestamp) -> Actor {
    Actor {
        company_id,
        person_id: PersonId::new(),
        number: number.to_owned(),
        name: name.to_owned(),
        roles: roles.to_vec(),
        overrides: Overrides::default(),
        language: None,
        theme: Theme::default(),
        pin_must_change: false,
        company: CompanySettings {
            code: CODE.to_owned(),
            name: NAME.to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            workday_starts_minute: DAY.0,
            workday_ends_minute: DAY.1,
            settings: "{}".to_owned(),
            login_digits: 4,
            pin_digits: 6,
            shared_idle_minutes: 5,
        },
        session: SessionFacts {
            id: SessionId::new(),
            created_at: now,
            proven_at: now,
            shared: false,
            touched_at: now,
            renew: false,
        },
    }
}

struct Demo<'a> {
    state: &'a AppState,
    company_id: CompanyId,
    people: Vec<Actor>,
}

/// Imports a quote that was never uploaded.
struct ImportOrder<'a> {
    order: &'a NewOrder,
    document: Document<'a>,
    note: Option<&'a str>,
    now: Timestamp,
}

impl Command for ImportOrder<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        Ok(import_order(tx, self.order, Some(&self.document), self.note, self.now).await?.into())
    }
}

impl Demo<'_> {
    async fn run(&self, person: usize, command: &impl Command) -> Result<()> {
        let caller = Caller {
            company_id: self.company_id,
            person_id: self.people[person].person_id,
            session_id: None,
        };
        let tap =
            Tap { caller, operation_id: OperationId::new(), fingerprint: [0; 32], tapped_at: None, form: () };
        command::run(self.state, &tap, command).await.map(drop)
    }

    /// Nearly all goods have a place.
    async fn place_goods(&self) -> Result<()> {
        let placed = goods::PRODUCTS.iter().enumerate().filter(|(product, _)| product % 9 != 8);
        let placed = placed.map(|(product, (_, unit, _))| PlacedGoods {
            code: code(product),
            unit: (*unit).to_owned(),
            location: Some(place(product)),
        });
        let source = Source::default();
        let (actor, now) = (&self.people[0], self.state.clock.now());
        self.run(0, &ImportLocations { actor, source: &source, now, goods: placed.collect() }).await
    }

    /// Makes one order with its history.
    async fn make_order(&self, index: usize, plan: &Plan) -> Result<()> {
        let order = self.order(index, plan).await?;
        let now = self.ago(plan.age);
        let pdf = paper::pdf(&order, &self.people[plan.seller].name);
        let sha256 = Sha256::digest(&pdf);
        let file_name = format!("orcamento-{}.pdf", plan.number.unwrap_or_default());
        let document = Document { file_name: &file_name, sha256: &sha256, pdf: &pdf };
        let import = ImportOrder { order: &order, document, note: plan.note, now };
        self.run(plan.seller, &import).await?;
        let mut story = Story { demo: self, order_id: order.id, plan, age: plan.age - 3 };
        story.go_on().await
    }

    async fn order(&self, index: usize, plan: &Plan) -> Result<NewOrder> {
        let mut tx = self.state.db.company(self.company_id).await?;
        let shippings = options::list_shipping_options(&mut tx, None).await?;
        let shipping: &ShippingOption = shippings.get(plan.shipping).ok_or(AppError::NotFound)?;
        let packagings = &shipping.packagings;
        let items = items(index, plan);
        let total_cents: i64 = items.iter().map(|item| item.total_cents).sum();
        let discount_cents = total_cents * plan.discount_percent / 100;
        let (customer_code, customer) = goods::CUSTOMERS[plan.customer];
        let seller_id = self.people[plan.seller].person_id;
        let calendar = CompanyTime::from(&self.people[0].company).calendar();
        Ok(NewOrder {
            id: OrderId::new(),
            number: plan.number.map(|number| number.to_string()),
            customer_code: customer_code.to_owned(),
            customer: customer.to_owned(),
            seller_id,
            imported_by: seller_id,
            quote_date: self.local(self.ago(plan.age)).date(),
            shipping_id: shipping.id,
            packaging_id: *packagings
                .get(plan.packaging % packagings.len().max(1))
                .ok_or(AppError::NotFound)?,
            total_cents,
            discount_cents,
            payable_cents: total_cents - discount_cents,
            values_mismatch_reason: None,
            urgent: shipping.makes_urgent,
            due_at: shipping.due_minute.and_then(|minute| next_at(calendar, minute, self.ago(plan.age))),
            items,
        })
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.people[0].company.zone().get().clone())
    }

    /// The instant `minutes` of working time before now.
    fn ago(&self, minutes: i64) -> Timestamp {
        let now = self.local(self.state.clock.now());
        let (starts, ends) = (i64::from(DAY.0), i64::from(DAY.1));
        let mut left = minutes;
        let mut day = now.clone();
        let mut end = (i64::from(now.hour()) * 60 + i64::from(now.minute())).min(ends);
        loop {
            let works = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let available = if works { (end - starts).max(0) } else { 0 };
            let Ok(midnight) = day.start_of_day() else { return now.timestamp() };
            if left <= available && works {
                let at = midnight.timestamp() + SignedDuration::from_mins(end - left);
                return at.min(now.timestamp());
            }
            left -= available;
            end = ends;
            let Ok(before) = day.checked_sub(1.day()) else { return now.timestamp() };
            day = before;
        }
    }
}

fn code(product: usize) -> String {
    format!("{:05}", 1200 + product * 37)
}

/// Aisle, rack and shelf.
fn place(product: usize) -> String {
    let aisle = ["A", "B", "C", "D"][product / 10 % 4];
    format!("{aisle}-{}-{}", 1 + product * 7 % 12, 1 + product % 4)
}

fn items(index: usize, plan: &Plan) -> Vec<NewItem> {
    let mut dice = Dice(index as u64 + 7);
    let first = dice.roll(goods::PRODUCTS.len());
    let lines = (0..plan.lines).map(|line| {
        // Seven and forty have no common divisor: no product stands twice by accident.
        let product = (first + line * 7) % goods::PRODUCTS.len();
        let (description, unit, price) = goods::PRODUCTS[product];
        let quantity = match unit {
            "UN" => [1, 2, 3, 5, 6, 10, 12, 20, 30, 50][dice.roll(10)],
            "MT" => 25 * (1 + dice.roll(4)),
            _ => 1 + dice.roll(3),
        };
        let quantity = i64::try_from(quantity).unwrap_or(1);
        NewItem {
            code: code(product),
            description: description.to_owned(),
            unit: unit.to_owned(),
            quantity: Decimal::from(quantity),
            unit_price: Decimal::new(price, 2),
            total_cents: price * quantity,
        }
    });
    lines.collect()
}
