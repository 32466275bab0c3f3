//! What the screens are looked at with: realistic, empty and awkward data.

#![expect(clippy::unwrap_used, reason = "data of tests: what cannot be made must stop the test")]

mod lines;

pub use lines::{changed, counts_of, items};

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use separacao::clock::Zone;
use separacao::feed::EventKind;
use separacao::html::{Layout, RenderContext, SignedIn, WorkCalendar};
use separacao::ids::{NoteId, OrderId, PackagingId, PersonId, ShippingId};
use separacao::lang::Lang;
use separacao::orders::history::Told;
use separacao::orders::item::Reason;
use separacao::orders::model::{
    Closing, Note, OrderSummary, PackagingOption, RevisedCounts, ShippingOption, TimelineEntry, Totals,
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

pub fn ctx(lang: Lang) -> RenderContext {
    let calendar = WorkCalendar::weekdays(Zone::named("America/Sao_Paulo"), 450, 1020);
    RenderContext {
        lang,
        v: 41,
        now: now(),
        calendar,
        reasons: separacao::html::Reasons::usual(),
        look: separacao::html::Look::usual(),
        build: "b1",
    }
}

/// Ids that are the same in every run.
pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0199_f000_0000_7000_8000_0000_0000_0000 + n)
}

pub fn layout(lang: Lang, screen: impl Into<Option<Screen>>, can: &str) -> Layout {
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
        ..Layout::signed_out(ctx(lang), Some("Casa do Celular Atacado".to_owned()))
    }
}

pub const EVERYTHING: &str = "view import note change pick resolve finish reopen cancel administer";

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
        due_at: None,
        counts: Counts { pickable: lines - counts.settled - counts.in_purchase, ..counts },
        notes: Vec::new(),
        picked_by: Vec::new(),
        holders: Vec::new(),
        ready_since: None,
        closed: None,
        left: None,
        to_adjust: 0,
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
    orders[4].counts.coming = 1;
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
            actor_id: PersonId(uuid(1)),
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
            seen: Vec::new(),
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
            due_minute: (*name == "Ônibus").then_some(1110),
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
