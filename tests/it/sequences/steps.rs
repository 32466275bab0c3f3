//! What people may try, and the forms that it is sent with.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use separacao::orders::item::RestState;
use separacao::orders::model::Item;

/// One thing that somebody tries: on which order and line, who, and a number that chooses amounts and answers.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub act: &'static str,
    pub order: usize,
    pub line: usize,
    pub who: usize,
    pub n: u8,
}

/// How often each is tried. What is no command of an order has a name with a space, or a purchase.
pub const ACTS: &[(u32, &str)] = &[
    (6, "pick"),
    (5, "unpick"),
    (5, "return"),
    (1, "pick-all"),
    (4, "short"),
    (3, "pick-short"),
    (3, "unshort"),
    (4, "substitute"),
    (3, "unsubstitute"),
    (3, "agree"),
    (3, "unagree"),
    (5, "answer"),
    (10, "request"),
    (2, "withdraw"),
    (16, "ordered"),
    (6, "unordered"),
    (16, "received"),
    (6, "unreceived"),
    (4, "not-found"),
    (24, "return-goods"),
    (16, "settle"),
    (3, "location"),
    (9, "finish"),
    (4, "reopen"),
    (5, "cancel"),
    (8, "left"),
    (8, "adjusted"),
    (1, "urgent"),
    (1, "shipping"),
    (1, "due"),
    (1, "seller"),
    (3, "notes"),
    (5, "notes/{note}"),
    (8, "undo last"),
    (4, "undo older"),
    (10, "buy goods"),
    (8, "receive goods"),
    (4, "unorder goods"),
    (3, "give goods up"),
    (10, "surplus settle"),
    (3, "change expected"),
    (4, "revise order"),
    (1, "seen"),
];

/// The name of a declared command here.
pub fn act_of(path: &'static str) -> &'static str {
    let path = path.strip_prefix("/orders/{order}/").expect("below an order");
    path.strip_prefix("items/{item}/").unwrap_or(path)
}

pub type Form = Vec<(String, String)>;

pub fn form(fields: &[(&str, String)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// From one to the most that there is; now and then one too many.
pub fn amount(n: u8, most: Decimal) -> String {
    let most = most.to_u64().unwrap_or_default();
    match n {
        240.. => (most + 1).to_string(),
        _ if most == 0 => "1".to_owned(),
        // The whole of it is what people do most.
        _ if n.is_multiple_of(3) => most.to_string(),
        _ => (1 + u64::from(n) % most).to_string(),
    }
}

/// Whether an act on a line has something to act on: people look before they tap.
pub fn suits(act: &str, item: &Item, order: &str) -> bool {
    let (state, open) = (&item.state, order == "open");
    let rest = |wanted: RestState| state.rest_state == wanted && !state.rest().is_zero();
    let in_purchase = rest(RestState::PurchaseRequested) || rest(RestState::PurchaseOrdered);
    match act {
        "return" => !state.to_return.is_zero() || (order == "canceled" && !state.held().is_zero()),
        "pick" | "pick-short" | "short" | "substitute" | "agree" => open && !state.rest().is_zero(),
        "unpick" => open && !state.held().is_zero() && !rest(RestState::Substituted),
        "unshort" => open && rest(RestState::Short),
        "unsubstitute" => rest(RestState::Substituted),
        "unagree" => open && state.replacement.as_ref().is_some_and(|with| with.agreed),
        "answer" => open && !state.unanswered.is_zero(),
        "request" => open && (rest(RestState::Pending) || rest(RestState::Short)),
        "withdraw" => open && rest(RestState::PurchaseRequested),
        "ordered" | "not-found" | "buy goods" | "give goods up" => {
            open && in_purchase && !state.to_buy().is_zero()
        }
        "unordered" | "received" | "receive goods" | "unorder goods" => open && !state.on_the_way().is_zero(),
        "unreceived" => open && !state.received.is_zero(),
        "left" | "adjusted" | "reopen" => !open,
        "location" | "finish" | "cancel" | "pick-all" | "urgent" | "shipping" | "due" | "seller" => open,
        // On a purchase, or on whatever there is.
        _ => true,
    }
}

/// The form of a command on a line; None: the command is not on a line.
pub fn on_line(step: &Step, item: &Item) -> Option<Form> {
    let (state, n) = (&item.state, step.n);
    let quantity = |most: Decimal| form(&[("quantity", amount(n, most))]);
    let goods = |more: &[(&str, String)]| {
        let text = if n.is_multiple_of(2) { "CB15" } else { "CB16" };
        let mut fields = form(&[("text", text.to_owned()), ("quantity", amount(n / 2, state.rest()))]);
        fields.extend(form(more));
        fields
    };
    Some(match step.act {
        "pick" => quantity(state.rest()),
        "unpick" => match item.last_pick.filter(|_| n.is_multiple_of(2)) {
            Some(pick) => {
                form(&[("pick", pick.seq.to_string()), ("quantity", pick.quantity.normalize().to_string())])
            }
            None => quantity(state.held()),
        },
        "return" => quantity(if state.to_return.is_zero() { state.held() } else { state.to_return }),
        "short" => form(&[("reason", "stock".to_owned())]),
        "pick-short" => {
            let picked = amount(n, (state.rest() - Decimal::ONE).max(Decimal::ONE));
            let short = state.rest() - picked.parse::<Decimal>().unwrap();
            let reason = ("reason", "damaged".to_owned());
            form(&[("quantity", picked), ("short", short.normalize().to_string()), reason])
        }
        "substitute" | "agree" => goods(&[("rest", state.rest().normalize().to_string())]),
        "answer" => {
            let answer = ["swap", "buy", "without"][usize::from(n) % 3].to_owned();
            goods(&[("units", state.unanswered.normalize().to_string()), ("answer", answer)])
        }
        "ordered" => quantity(state.rest() - state.ordered),
        "unordered" | "received" => quantity(state.on_the_way()),
        "unreceived" => quantity(state.received),
        "not-found" => quantity(state.to_buy()),
        "location" => {
            let wanted = ["A-2", "B-10", ""][usize::from(n) % 3].to_owned();
            form(&[("shown", item.location.clone().unwrap_or_default()), ("location", wanted)])
        }
        "unshort" | "unsubstitute" | "unagree" | "withdraw" => Form::new(),
        _ => return None,
    })
}

/// The form of a command on the order as a whole, as far as it needs nothing that is read.
pub fn on_order(step: &Step) -> Option<Form> {
    let yes = if step.n.is_multiple_of(3) { "no" } else { "yes" }.to_owned();
    Some(match step.act {
        "pick-all" | "finish" => Form::new(),
        "reopen" | "cancel" => form(&[("reason", "por acaso".to_owned())]),
        "left" => form(&[("left", yes)]),
        "adjusted" => form(&[("done", yes)]),
        "urgent" => form(&[("urgent", yes)]),
        "due" => form(&[("day", "none".to_owned())]),
        "notes" => form(&[("text", format!("nota {}", step.n))]),
        "seen" => form(&[("versions", format!("1 {}", step.n))]),
        _ => return None,
    })
}
