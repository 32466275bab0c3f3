//! Lines of an order in every state.

use rust_decimal::Decimal;
use separacao::feed::EventKind;
use separacao::ids::ItemId;
use separacao::orders::item::{ItemState, ItemStatus, Reason, Replacement, RestState};
use separacao::orders::model::{Item, LastChange};
use separacao::orders::status::Counts;

use super::{minutes_ago, uuid};

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
        location: None,
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
                code: Some("007318".to_owned()),
                unit: Some("UN".to_owned()),
                text: "SP53 --> SUPORTE PARA MOTO VERMELHO".to_owned(),
                quantity: Decimal::from(6),
                agreed: true,
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
        coming: lines(&[ItemStatus::PurchaseRequested, ItemStatus::PurchaseOrdered]),
        arrived: lines(&[ItemStatus::Arrived]),
        short: lines(&[ItemStatus::Short]),
        unanswered: lines(&[ItemStatus::Unanswered]),
        substituted: lines(&[ItemStatus::Substituted]),
        to_return: lines(&[ItemStatus::Return]),
    }
}
