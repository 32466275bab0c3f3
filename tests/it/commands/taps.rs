//! A tap for each command of an order, and the hand that taps.

use separacao::feed::EventKind;
use separacao::orders::commands;

use crate::support::client::Client;
use crate::support::world::{Company, Imported, OTHER_SELLER};

/// A command: what it is told as, its path and its form.
pub(super) type Tap = (EventKind, &'static str, &'static [(&'static str, &'static str)]);

/// Every command on an order, in an order in which each can be done. `NOTE` is the order's note, `UNDO` takes back the
/// command before, `SHIPPING` and `PACKAGING` are a choice that makes the order urgent, `SELLER` is another one, `PURCHASE` is
/// what was bought, `DAY` is a day that is near, `ITEM` the second line.
pub(super) const EVERY_COMMAND: &[Tap] = &[
    (EventKind::ChangeSeen, "seen", &[("versions", "1")]),
    (EventKind::ItemPicked, "pick-all", &[]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemRequested, "items/1/request", &[]),
    (EventKind::ItemOrdered, "items/1/ordered", &[("quantity", "2")]),
    (EventKind::ItemReceived, "items/1/received", &[("quantity", "2")]),
    (EventKind::ItemShort, "items/1/short", &[("reason", "stock")]),
    (EventKind::PurchaseSettled, "items/1/return-goods", BACK),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::PurchaseSettled, "items/1/return-goods", BACK),
    (EventKind::ItemUnshort, "items/1/unshort", &[]),
    (EventKind::ItemRequested, "items/0/request", &[]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemRequested, "items/0/request", &[]),
    (EventKind::ItemWithdrawn, "items/0/withdraw", &[]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemOrdered, "items/0/ordered", &[("quantity", "6"), ("supplier", "Casa <b>Silva</b>")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (
        EventKind::ItemOrdered,
        "items/0/ordered",
        &[("quantity", "6"), ("cost", "3,50"), ("expected", "2025-10-23")],
    ),
    (EventKind::ItemUnordered, "items/0/unordered", &[("quantity", "2")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemReceived, "items/0/received", &[("quantity", "5")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemReceived, "items/0/received", &[("quantity", "5")]),
    (EventKind::ItemUnreceived, "items/0/unreceived", &[("quantity", "2")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemUnreceived, "items/0/unreceived", &[("quantity", "2")]),
    (EventKind::ItemNotFound, "items/0/not-found", &[("quantity", "3")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemNotFound, "items/0/not-found", &[("quantity", "3")]),
    (EventKind::ItemPicked, "items/0/pick", &[("quantity", "10")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemPicked, "items/0/pick", &[("quantity", "10")]),
    (EventKind::PurchaseSettled, "items/0/settle", SETTLED),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::PurchaseSettled, "items/0/settle", SETTLED),
    (EventKind::ItemPicked, "items/1/pick", &[("quantity", "3")]),
    (EventKind::ItemUnpicked, "items/1/unpick", &[("quantity", "1")]),
    (EventKind::ItemShort, "items/1/short", &[("reason", "stock")]),
    (EventKind::ItemUnshort, "items/1/unshort", &[]),
    (EventKind::ItemShort, "items/1/short", &[("reason", "other"), ("text", "caixa <vazia>")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemShort, "items/1/pick-short", &[("quantity", "3"), ("short", "5"), ("reason", "damaged")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemShort, "items/1/short", &[("reason", "stock")]),
    (
        EventKind::ShortageAnswered,
        "items/1/answer",
        &[("answer", "buy"), ("units", "8"), ("expected", "2025-10-24")],
    ),
    (EventKind::ActionUndone, "UNDO", &[]),
    (
        EventKind::ShortageAnswered,
        "items/1/answer",
        &[("answer", "swap"), ("units", "8"), ("text", "CB15 <b>"), ("quantity", "8")],
    ),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ShortageAnswered, "items/1/answer", &[("answer", "without"), ("units", "8")]),
    (EventKind::ReplacementAgreed, "items/1/agree", SWAPPED),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ReplacementAgreed, "items/1/agree", SWAPPED),
    (EventKind::ItemSubstituted, "items/1/substitute", SWAPPED),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemSubstituted, "items/1/substitute", SWAPPED),
    (EventKind::ItemUnsubstituted, "items/1/unsubstitute", &[]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemUnsubstituted, "items/1/unsubstitute", &[]),
    (EventKind::ReplacementWithdrawn, "items/1/unagree", &[]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ReplacementWithdrawn, "items/1/unagree", &[]),
    (EventKind::ItemPicked, "items/1/pick", &[("quantity", "5")]),
    (EventKind::ItemShort, "items/1/short", &[("reason", "stock")]),
    (EventKind::NoteAdded, "notes", &[("text", "Não vai ficar")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::NoteAdded, "notes", &[("text", "Cuidado: <b>frágil</b>")]),
    (EventKind::NoteChanged, "notes/NOTE", &[("text", "Cuidado"), ("version", "1")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::NoteChanged, "notes/NOTE", &[("text", "Cuidado & carinho"), ("version", "3")]),
    (EventKind::NoteRemoved, "notes/NOTE", &[("remove", "yes"), ("version", "4")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::NoteRemoved, "notes/NOTE", &[("remove", "yes"), ("version", "6")]),
    (EventKind::LocationChanged, "items/1/location", &[("location", "A-12 <3>")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::LocationChanged, "items/1/location", &[("location", "A-12 <3>")]),
    (EventKind::LocationChanged, "items/1/location", &[("shown", "A-12 <3>"), ("location", "")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderUrgent, "urgent", &[("urgent", "yes")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderUrgent, "urgent", &[("urgent", "yes")]),
    (EventKind::OrderNotUrgent, "urgent", &[("urgent", "no")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderNotUrgent, "urgent", &[("urgent", "no")]),
    (EventKind::OrderChanged, "shipping", &[("shipping", "SHIPPING"), ("packaging", "PACKAGING")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderChanged, "shipping", &[("shipping", "SHIPPING"), ("packaging", "PACKAGING")]),
    (EventKind::DueChanged, "due", &[("day", "DAY"), ("time", "18:30")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::DueChanged, "due", &[("day", "date"), ("date", "DAY"), ("time", "18:30")]),
    (EventKind::DueChanged, "due", &[("day", "none")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderHandedOver, "seller", &[("seller", "SELLER")]),
    (EventKind::OrderFinished, "finish", &[("volumes", "2")]),
    (EventKind::OrderLeft, "left", &[("left", "yes")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderLeft, "left", &[("left", "yes")]),
    (EventKind::OrderNotLeft, "left", &[("left", "no")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemAdjusted, "adjusted", &[("done", "yes")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::ItemAdjusted, "adjusted", &[("done", "yes"), ("item", "ITEM")]),
    (EventKind::ItemNotAdjusted, "adjusted", &[("done", "no"), ("item", "ITEM")]),
    (EventKind::ActionUndone, "UNDO", &[]),
    (EventKind::OrderReopened, "reopen", &[("reason", "faltou um")]),
    (EventKind::OrderCanceled, "cancel", &[("reason", "desistiu")]),
];

/// Three of the six that were bought were still on the way when all ten were picked.
const SETTLED: &[(&str, &str)] = &[("quantity", "3"), ("purchase", "PURCHASE"), ("outcome", "stocked")];

/// Two came for the second line when it was short.
const BACK: &[(&str, &str)] = &[("quantity", "2"), ("purchase", "PURCHASE")];

/// Eight were left of the second line.
const SWAPPED: &[(&str, &str)] =
    &[("rest", "8"), ("quantity", "4"), ("text", "CB15 --> CABO"), ("code", "004411"), ("unit", "PC")];

/// What is no command on an order, or has a loop of its own.
const ELSEWHERE: &[EventKind] = &[
    EventKind::OrderImported,
    EventKind::OrderRevised,
    EventKind::ItemReturned,
    EventKind::PurchaseChanged,
    EventKind::ClaimChanged,
    EventKind::OrdersHandedOver,
    EventKind::LocationsChanged,
    EventKind::CustomerAnonymised,
    EventKind::DraftsChanged,
    EventKind::PeopleChanged,
    EventKind::AccessChanged,
    EventKind::SettingsChanged,
    EventKind::PermissionsChanged,
    EventKind::WallsChanged,
    EventKind::ThemeChanged,
    EventKind::DayStarted,
];

#[test]
fn every_kind_of_event_has_a_command_here_or_a_loop_elsewhere() {
    for kind in EventKind::ALL {
        let here = EVERY_COMMAND.iter().any(|(known, ..)| known == kind);
        assert!(here != ELSEWHERE.contains(kind), "{}", kind.code());
    }
}

/// Goods go back to the shelf in a story of their own.
#[test]
fn every_command_of_an_order_is_done_here() {
    let shape = |path: &str| {
        let part = |part: &str| match part {
            "NOTE" => "{note}".to_owned(),
            part if part.parse::<usize>().is_ok() => "{item}".to_owned(),
            part => part.to_owned(),
        };
        format!("/orders/{{order}}/{}", path.split('/').map(part).collect::<Vec<_>>().join("/"))
    };
    for command in commands::ALL.iter().filter(|command| command.path != commands::RETURN_ITEM.path) {
        let done = EVERY_COMMAND.iter().any(|(_, path, _)| shape(path) == command.path);
        assert!(done, "{}", command.path);
    }
}

/// Sends commands on one order.
pub(super) struct Hand<'a> {
    pub(super) client: &'a Client,
    pub(super) company: &'a Company,
    pub(super) order: &'a Imported,
    pub(super) undo: String,
}

impl Hand<'_> {
    pub(super) async fn tap(&mut self, (kind, path, form): &Tap) {
        let base = format!("/orders/{}", self.order.id);
        let path = match *path {
            "UNDO" => std::mem::take(&mut self.undo),
            "notes/NOTE" => {
                let note = self.company.summary(self.order.id).await.notes[0].id;
                format!("{base}/notes/{note}")
            }
            path => match path.strip_prefix("items/").and_then(|rest| rest.split_once('/')) {
                Some((n, verb)) => {
                    format!("{base}/items/{}/{verb}", self.order.items[n.parse::<usize>().unwrap()])
                }
                None => format!("{base}/{path}"),
            },
        };
        let urgent = self.company.urgent_shipping().await;
        let (shipping, packaging) = (urgent.id.to_string(), urgent.packagings[0].to_string());
        let seller = self.company.person(OTHER_SELLER).await.to_string();
        let day = self.company.app.clock.now() + jiff::SignedDuration::from_hours(48);
        let day = day.to_string()[..10].to_owned();
        let item = self.order.items[1].to_string();
        let bought = self.company.newest_purchase().await.unwrap_or_default();
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| match *value {
                "ITEM" => (*name, item.as_str()),
                "DAY" => (*name, day.as_str()),
                "PURCHASE" => (*name, bought.as_str()),
                "SHIPPING" => (*name, shipping.as_str()),
                "PACKAGING" => (*name, packaging.as_str()),
                "SELLER" => (*name, seller.as_str()),
                value => (*name, value),
            })
            .collect();
        let answer = self.client.tap(&path, &form).await;
        assert_eq!(answer.status, 200, "{}: {}", kind.code(), answer.text);
        if let Some(undo) = answer.json()["undo"].as_str() {
            undo.clone_into(&mut self.undo);
        }
    }
}
