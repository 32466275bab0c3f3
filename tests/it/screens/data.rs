//! What the screens are looked at with: realistic, empty and awkward data.

#![expect(clippy::unwrap_used, reason = "data of tests: what cannot be made must stop the test")]

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use separacao::clock::Zone;
use separacao::feed::EventKind;
use separacao::html::{Layout, RenderContext, SignedIn, WorkCalendar};
use separacao::ids::{ItemId, NoteId, OrderId, PackagingId, PersonId, ShippingId};
use separacao::lang::Lang;
use separacao::orders::history::Told;
use separacao::orders::item::{ItemState, ItemStatus, Reason, Replacement, RestState};
use separacao::orders::model::{
    Closing, Item, LastChange, Note, OrderSummary, PackagingOption, RevisedCounts, ShippingOption,
    TimelineEntry, Totals,
};
use separacao::orders::status::{Counts, OrderState};
use separacao::screen::Screen;
use uuid::Uuid;

/// Wednesday, 22 October 2025, 14:32 in São Paulo.
pub fn now() -> Timestamp {
    "2025-10-22T17:32:00Z".parse().unwrap()
}

pub fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub fn scene(lang: Lang) -> RenderContext {
    let calendar =
        WorkCalendar { zone: Zone::named("America/Sao_Paulo"), starts_minute: 450, ends_minute: 1020 };
    RenderContext { lang, v: 41, now: now(), calendar, build: "b1" }
}

/// Ids that are the same in every run.
pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0199_f000_0000_7000_8000_0000_0000_0000 + n)
}

pub fn chrome(lang: Lang, screen: impl Into<Option<Screen>>, can: &str) -> Layout {
    Layout {
        person: Some(SignedIn {
            id: PersonId(uuid(1)),
            name: "Marina Alves".to_owned(),
            roles: vec!["seller", "admin"],
        }),
        can: can.to_owned(),
        screen: screen.into(),
        cursor: Some("5f0c.41.77".to_owned()),
        drafts: 3,
        ..Layout::signed_out(scene(lang), Some("Casa do Celular Atacado".to_owned()))
    }
}

pub const EVERYTHING: &str = "view import note change pick resolve finish reopen cancel administer";

pub fn item(n: i32, description: &str, quantity: i64, change: impl Fn(&mut Item)) -> Item {
    let mut item = Item {
        id: ItemId(uuid(1000 + n as u128)),
        position: n,
        code: format!("{:05}", 137 * n + 10),
        description: description.to_owned(),
        unit: "UN".to_owned(),
        unit_price: Decimal::new(350, 2),
        total_cents: 350 * quantity,
        state: ItemState::new(Decimal::from(quantity)),
        last_change: None,
        last_pick: None,
    };
    change(&mut item);
    item
}

pub fn changed(item: &mut Item, kind: Option<EventKind>, name: &str, minutes: i64) {
    item.last_change = Some(LastChange {
        version: 7,
        kind,
        quantity: None,
        by_name: name.to_owned(),
        at: minutes_ago(minutes),
    });
}

pub fn picked(item: &mut Item, name: &str, minutes: i64) {
    item.state.picked = item.state.quantity;
    changed(item, Some(EventKind::ItemPicked), name, minutes);
}

/// One line in each condition, among ordinary ones.
pub fn items() -> Vec<Item> {
    let mut kilos = item(4, "FIO SOLDA EM CARRETEL", 1, |_| {});
    kilos.unit = "KG".to_owned();
    kilos.state.quantity = "2.5".parse().unwrap();
    vec![
        item(1, "FO11 --> FONE MODELO INTRA AURICULAR COM FIO", 30, |item| {
            item.state.picked = Decimal::from(20);
            changed(item, Some(EventKind::ItemPicked), "João", 4);
        }),
        item(2, "PELICULA 3D --> SAM A07", 3, |_| {}),
        item(
            3,
            "CJ-42--> SUPORTE VEICULAR MAGNETICO PARA SAIDA DE AR COM GARRA REFORCADA E BASE ARTICULADA",
            1350,
            |_| {},
        ),
        kilos,
        item(5, "CB11 --> CABO TYPE C / TYPE C", 20, |item| {
            item.state.rest_state = RestState::PurchaseOrdered;
            item.state.ordered = Decimal::from(20);
            item.state.received = Decimal::from(20);
        }),
        item(6, "LIMPA TELA (1 - 53) - 375 UNIDADES", 50, |item| {
            item.state.rest_state = RestState::PurchaseRequested;
        }),
        item(7, "3D -->XIAOMI REDMI 30C", 25, |item| {
            item.state.rest_state = RestState::PurchaseOrdered;
            item.state.ordered = Decimal::from(25);
        }),
        item(8, "PELICULA TABLET PAD SE 15\"", 40, |item| {
            item.state.picked = Decimal::from(30);
            item.state.rest_state = RestState::Short;
            item.state.reason = Some(Reason { code: Some("not_located".to_owned()), text: None });
            changed(item, Some(EventKind::ItemShort), "Ana", 12);
        }),
        item(9, "SP52 ---> SUPORTE PARA MOTO >>PRETO, AZUL<<", 6, |item| {
            item.state.rest_state = RestState::Substituted;
            item.state.replacement = Some(Replacement {
                text: "SP53 SUPORTE PARA MOTO VERMELHO".to_owned(),
                quantity: Decimal::from(6),
            });
            changed(item, None, "Pedro", 30);
        }),
        item(10, "CR09 --> CARREGADOR TURBO 20W", 15, |item| picked(item, "João", 22)),
        item(11, "PELICULA 3D --> SAM A25", 20, |item| picked(item, "Maria", 25)),
        item(12, "CP01 --> CAPA SILICONE SAM A35", 10, |item| picked(item, "Maria", 26)),
        item(13, "CP02 --> CAPA SILICONE SAM A55", 10, |item| {
            picked(item, "Maria", 26);
            item.state = item.state.revised(Decimal::from(7));
        }),
        item(14, "FO12 --> FONE GAMER", 4, |item| {
            picked(item, "João", 20);
            item.state = item.state.revised(Decimal::ZERO);
        }),
    ]
}

/// What these lines count as: what they are shown as.
pub fn counts_of(items: &[Item]) -> Counts {
    let lines =
        |of: &[ItemStatus]| items.iter().filter(|item| of.contains(&item.state.status())).count() as i64;
    Counts {
        lines: items.len() as i64,
        settled: lines(&[ItemStatus::Picked, ItemStatus::Substituted, ItemStatus::Short]),
        touched: items.iter().filter(|item| !item.state.held().is_zero()).count() as i64,
        pickable: lines(&[ItemStatus::Pending, ItemStatus::Swap, ItemStatus::Arrived]),
        in_purchase: lines(&[
            ItemStatus::PurchaseRequested,
            ItemStatus::PurchaseOrdered,
            ItemStatus::Arrived,
        ]),
        arrived: lines(&[ItemStatus::Arrived]),
        short: lines(&[ItemStatus::Short]),
        substituted: lines(&[ItemStatus::Substituted]),
        to_return: lines(&[ItemStatus::Return]),
    }
}

pub fn order(n: u128, customer: &str, counts: Counts) -> OrderSummary {
    let lines = counts.lines;
    OrderSummary {
        id: OrderId(uuid(n)),
        number: Some((30_560 + n).to_string()),
        customer_code: "004127".to_owned(),
        customer: customer.to_owned(),
        seller_id: PersonId(uuid(1)),
        seller: "Marina Alves".to_owned(),
        seller_active: true,
        imported_by: PersonId(uuid(1)),
        importer: "Marina Alves".to_owned(),
        totals: Totals { total: 170_700, discount: 7_000, payable: 163_700 },
        quote_date: jiff::civil::date(2025, 10, 22),
        shipping_id: ShippingId(uuid(501)),
        shipping: "Motoboy".to_owned(),
        packaging_id: PackagingId(uuid(601)),
        packaging: "Sacola".to_owned(),
        state: OrderState::Open,
        urgent: false,
        values_mismatch_reason: None,
        imported_at: minutes_ago(12 + 9 * n as i64),
        counts: Counts { pickable: lines - counts.settled - counts.in_purchase, ..counts },
        notes: Vec::new(),
        picked_by: Vec::new(),
        holders: Vec::new(),
        ready_since: None,
        closed: None,
        all_returned: false,
    }
}

pub fn counts(lines: i64, settled: i64, touched: i64) -> Counts {
    Counts { lines, settled, touched, ..Counts::default() }
}

pub fn note(n: u128, text: &str, author: &str) -> Note {
    Note {
        id: NoteId(uuid(800 + n)),
        text: text.to_owned(),
        author_id: PersonId(uuid(700 + n)),
        author: author.to_owned(),
        version: 1,
        at: minutes_ago(50),
        changed: None,
    }
}

/// A board as it looks at half past two: thirty orders, in every state.
pub fn board() -> Vec<OrderSummary> {
    let customers = [
        "Mundo dos Celulares",
        "CLIENTE BALCAO",
        "Eletrônica São José & Filhos",
        "JR Acessórios",
        "Conecta Fones",
        "58.000.896 FULANO DE TAL",
        "Ponto da Película",
        "Distribuidora Três Irmãos do Vale do Paraíba LTDA - ME",
        "Casa do Smartphone",
        "Shopping dos Cabos",
    ];
    let sellers = ["Marina Alves", "Carlos Souza", "Beatriz Prado"];
    let ways =
        [("Motoboy", "Sacola"), ("Correios", "Caixa"), ("Retirada na loja", "Sacola"), ("Ônibus", "Caixa")];
    let mut orders: Vec<OrderSummary> = (0..30u128)
        .map(|n| {
            let at = n as usize;
            let lines = 6 + (n as i64 * 5) % 18;
            let settled = match n % 6 {
                0 | 1 => 0,
                2 => lines / 3,
                3 => lines * 3 / 4,
                4 => lines - 1,
                _ => lines,
            };
            let mut one = order(30 - n, customers[at % 10], counts(lines, settled, settled));
            one.seller = sellers[at % 3].to_owned();
            (one.shipping, one.packaging) = (ways[at % 4].0.to_owned(), ways[at % 4].1.to_owned());
            if settled > 0 {
                one.picked_by = vec!["Maria".to_owned(), "Pedro".to_owned()];
            }
            if n % 6 == 5 {
                one.ready_since = Some(minutes_ago(if n == 11 { 45 } else { 5 }));
            }
            one
        })
        .collect();
    orders[0].urgent = true;
    orders[0].shipping = "Cliente na loja".to_owned();
    orders[0].notes = vec![note(1, "Cliente retira às 16h, deixar no balcão", "Marina")];
    orders[1].urgent = true;
    orders[4].counts.in_purchase = 1;
    orders[4].counts.pickable = 0;
    orders[9].counts = Counts { in_purchase: 2, arrived: 1, pickable: 1, ..orders[9].counts };
    orders[3].counts.short = 1;
    orders[7].notes = vec![
        note(2, "Conferir cor antes de separar", "Carlos"),
        note(3, "Mandar nota junto", "Carlos"),
        note(
            4,
            "Embrulhar as películas em plástico bolha e fechar a caixa com fita dupla, da outra vez chegou amassado",
            "Beatriz",
        ),
    ];
    orders[12].number = None;
    orders[14].values_mismatch_reason = Some("Diferença combinada por telefone".to_owned());
    orders[20].notes = vec![note(5, "Falta confirmar endereço", "Marina")];
    orders
}

pub fn timeline() -> Vec<TimelineEntry> {
    let entry =
        |version, kind: EventKind, actor: &str, item: Option<&str>, quantity: Option<i64>| TimelineEntry {
            version,
            kind: Some(kind),
            actor: actor.to_owned(),
            at: minutes_ago(60 - 6 * version),
            tapped_at: None,
            item: item.map(str::to_owned),
            quantity: quantity.map(Decimal::from),
            told: (kind == EventKind::ItemShort)
                .then(|| Told::Reason(Reason { code: Some("not_located".to_owned()), text: None })),
            note: (kind == EventKind::NoteAdded)
                .then(|| "Cliente retira às 16h, deixar no balcão".to_owned()),
            undone: kind == EventKind::ItemUnpicked,
            undoes: (kind == EventKind::ActionUndone).then_some(EventKind::ItemUnpicked),
            revised: (kind == EventKind::OrderRevised).then(|| RevisedCounts {
                new: 2,
                changed: 1,
                gone: 1,
                returns: 2,
                number_before: Some("30560".to_owned()),
            }),
            document: match kind {
                EventKind::OrderImported => Some(1),
                EventKind::OrderRevised => Some(2),
                _ => None,
            },
        };
    let mut entries = vec![
        entry(1, EventKind::OrderImported, "Marina Alves", None, None),
        entry(2, EventKind::NoteAdded, "Marina Alves", None, None),
        entry(3, EventKind::ItemPicked, "Maria", Some("CP01"), Some(10)),
        entry(4, EventKind::ItemUnpicked, "Maria", Some("CP01"), Some(10)),
        entry(5, EventKind::ActionUndone, "Maria", Some("CP01"), Some(10)),
        entry(6, EventKind::ItemShort, "Ana", Some("PELICULA TABLET PAD SE 15\""), Some(10)),
        entry(7, EventKind::OrderUrgent, "Marina Alves", None, None),
        entry(8, EventKind::OrderRevised, "Marina Alves", None, None),
        entry(9, EventKind::ItemPicked, "João", Some("FO11"), Some(20)),
    ];
    entries.reverse();
    entries
}

pub fn the_order() -> OrderSummary {
    let mut one = order(7, "Eletrônica São José & Filhos", counts_of(&items()));
    one.counts = counts_of(&items());
    one.urgent = true;
    one.notes = vec![note(1, "Cliente retira às 16h, deixar no balcão", "Marina Alves")];
    one.picked_by = vec!["Maria".to_owned(), "João".to_owned()];
    one
}

pub fn finished(mut one: OrderSummary) -> OrderSummary {
    one.state = OrderState::Finished;
    one.closed = Some(Closing {
        at: minutes_ago(3),
        by: PersonId(uuid(2)),
        by_name: "Ana".to_owned(),
        reason: None,
        volumes: Some(2),
    });
    one
}

pub fn shippings() -> Vec<ShippingOption> {
    let names = ["Motoboy", "Correios", "Melhor Envio", "Ônibus", "Retirada na loja", "Cliente na loja"];
    names
        .iter()
        .enumerate()
        .map(|(n, name)| ShippingOption {
            id: ShippingId(uuid(501 + n as u128)),
            name: (*name).to_owned(),
            makes_urgent: *name == "Cliente na loja",
            packagings: vec![PackagingId(uuid(601)), PackagingId(uuid(602))],
        })
        .collect()
}

pub fn packagings() -> Vec<PackagingOption> {
    vec![
        PackagingOption { id: PackagingId(uuid(601)), name: "Sacola".to_owned() },
        PackagingOption { id: PackagingId(uuid(602)), name: "Caixa".to_owned() },
    ]
}
