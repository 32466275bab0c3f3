//! Views of the audit, as a page and as a file.

use askama::Template;
use serde_json::{Map, Value};

use crate::auth::model::events::{EventGroup, SecurityEvent};
use crate::export::links::Files;
use crate::export::table::Cell;
use crate::feed::EventKind;
use crate::html::format::address;
use crate::html::{Choice, Layout, Nav, RenderContext};
use crate::ids::OrderId;
use crate::lang::Lang;
use crate::reports::model::audit::{AuditEntry, AuditFilter, AuditKind, AuditPlace, AuditWhat};
use crate::reports::model::period::PeriodChoice;

/// Entries of one file.
pub const MOST_EXPORTED: i64 = 50_000;

/// `/audit`. Asks with GET: `kind` (a word of [`AuditKind`]), `person` (an id), `period` (a word) or `from` and `to`
/// (days), `after` (an [`AuditPlace`]).
#[derive(Template)]
#[template(path = "reports/audit.html")]
pub struct AuditPage<'a> {
    pub layout: &'a Layout,
    pub filter: AuditFilter,
    pub people: &'a [Choice],
    pub rows: &'a [AuditEntry],
    /// It does not begin with the newest entry.
    pub begun: bool,
    pub next: Option<AuditPlace>,
}

impl AuditPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Audit
    }

    fn told<'r>(&self, entry: &'r AuditEntry) -> AuditRow<'r> {
        AuditRow { ctx: self.layout.ctx, entry }
    }

    /// Words and names of the kinds, by their groups.
    fn kinds(&self) -> Vec<(Choice, Vec<Choice>)> {
        let s = self.layout.ctx;
        let choice =
            |kind: AuditKind| Choice { value: kind.code().to_owned(), name: kind_word(s.lang, kind.code()) };
        let of = |group: EventGroup| {
            let kinds = SecurityEvent::ALL.iter().filter(move |kind| kind.group() == group);
            kinds.map(|kind| choice(AuditKind::Security(*kind))).collect()
        };
        let orders = EventKind::ALL.iter().filter(|kind| kind.is_told());
        let orders = orders.map(|kind| choice(AuditKind::Order(*kind))).collect();
        let groups = EventGroup::ALL.into_iter().map(|group| (choice(AuditKind::Group(group)), of(group)));
        groups.chain([(choice(AuditKind::Orders), orders)]).collect()
    }

    fn is_kind(&self, value: &str) -> bool {
        self.filter.kind.is_some_and(|kind| kind.code() == value)
    }

    fn is_person(&self, value: &str) -> bool {
        self.filter.person.is_some_and(|person| person.to_string() == value)
    }

    fn periods(&self) -> Vec<Choice> {
        let s = self.layout.ctx;
        let offered = PeriodChoice::OFFERED.into_iter();
        offered
            .map(|choice| Choice {
                value: choice.code().to_owned(),
                name: s.word("reports.period", choice.code()),
            })
            .collect()
    }

    fn is_period(&self, value: &str) -> bool {
        self.filter.period.code() == value
    }

    fn between(&self) -> Option<(String, String)> {
        match self.filter.period {
            PeriodChoice::Between(from, to) => Some((from.to_string(), to.to_string())),
            _ => None,
        }
    }

    fn older(&self) -> Option<String> {
        let mut pairs = self.filter.pairs();
        pairs.push(("after", self.next?.to_string()));
        Some(address("/audit", &pairs))
    }

    fn newest(&self) -> String {
        address("/audit", &self.filter.pairs())
    }

    fn files(&self) -> Files {
        Files::new(self.layout.ctx, "/audit/export", &self.filter.pairs())
    }

    fn file_words(&self) -> String {
        let s = self.layout.ctx;
        s.lang.t_with("audit.export", &[("count", &s.whole(MOST_EXPORTED))])
    }
}

fn kind_word(lang: Lang, code: &str) -> String {
    lang.t(&format!("audit.kind.{code}")).into_owned()
}

/// An entry in words.
pub struct AuditRow<'a> {
    ctx: RenderContext,
    entry: &'a AuditEntry,
}

impl AuditRow<'_> {
    fn time(&self) -> String {
        self.ctx.date_time(&self.entry.place.at)
    }

    fn machine_time(&self) -> String {
        self.entry.place.at.to_string()
    }

    fn id(&self) -> String {
        self.entry.place.to_string().replace('.', "-")
    }

    fn sentence(&self) -> String {
        let lang = self.ctx.lang;
        let actor = self.entry.actor.clone();
        match &self.entry.what {
            AuditWhat::Security { kind, about, .. } => {
                let key = kind.map_or("audit.other".to_owned(), |kind| format!("audit.{}", kind.code()));
                let actor = actor.unwrap_or_else(|| lang.t("audit.operator").into_owned());
                let about = about.clone().unwrap_or_else(|| lang.t("audit.nobody").into_owned());
                lang.t_with(&key, &[("actor", &actor), ("about", &about)])
            }
            AuditWhat::Order { kind, undoes, item, quantity, .. } => {
                let key = match (kind, undoes) {
                    (Some(EventKind::ActionUndone), Some(undone)) if undone.can_be_undone() => {
                        format!("timeline.undone_{}", undone.code())
                    }
                    (Some(kind), _) if kind.is_told() => format!("timeline.{}", kind.code()),
                    _ => "timeline.other".to_owned(),
                };
                let quantity = quantity.map(|quantity| self.ctx.quantity(quantity)).unwrap_or_default();
                let (actor, item) = (actor.unwrap_or_default(), item.as_deref().unwrap_or_default());
                lang.t_with(&key, &[("actor", &actor), ("quantity", &quantity), ("item", item)])
            }
        }
    }

    /// What else is known, as far as somebody can read it.
    fn detail(&self) -> Option<String> {
        let AuditWhat::Security { detail: Value::Object(detail), .. } = &self.entry.what else { return None };
        let parts: Vec<String> =
            detail.iter().filter_map(|(name, value)| said(self.ctx.lang, detail, name, value)).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// The order, its number and its customer.
    fn order(&self) -> Option<(OrderId, String, &str)> {
        match &self.entry.what {
            AuditWhat::Order { order_id, number, customer, .. } => {
                let none = || self.ctx.t("order.no_number").into_owned();
                Some((*order_id, number.clone().unwrap_or_else(none), customer))
            }
            AuditWhat::Security { .. } => None,
        }
    }

    fn address(&self) -> Option<&str> {
        match &self.entry.what {
            AuditWhat::Security { address, .. } => address.as_deref(),
            AuditWhat::Order { .. } => None,
        }
    }

    fn request_id(&self) -> Option<&str> {
        match &self.entry.what {
            AuditWhat::Security { request_id, .. } => request_id.as_deref(),
            AuditWhat::Order { .. } => None,
        }
    }

    fn about(&self) -> Option<&str> {
        match &self.entry.what {
            AuditWhat::Security { about, .. } => about.as_deref(),
            AuditWhat::Order { .. } => None,
        }
    }

    fn kind(&self) -> String {
        let code = match &self.entry.what {
            AuditWhat::Security { kind, .. } => kind.map(SecurityEvent::code),
            AuditWhat::Order { kind, .. } => kind.filter(|kind| kind.is_told()).map(EventKind::code),
        };
        kind_word(self.ctx.lang, code.unwrap_or("other"))
    }
}

/// The longest that a value is shown; a whole list of settings may have changed.
const LONGEST_VALUE: usize = 300;

/// A part of an event's detail. None: it says nothing.
fn said(lang: Lang, all: &Map<String, Value>, name: &str, value: &Value) -> Option<String> {
    match (name, value) {
        ("known_device", known) => (known == false).then(|| lang.t("audit.new_device").into_owned()),
        ("last_seen_at", _) => None,
        // It is told with what came after.
        ("before", _) if all.contains_key("after") => None,
        ("after", after) => {
            Some(format!("{} → {}", plain(lang, all.get("before")), plain(lang, Some(after))))
        }
        ("seconds", Value::Number(seconds)) => {
            let minutes = (seconds.as_i64().unwrap_or_default() + 59) / 60;
            Some(lang.t_with("audit.waits", &[("minutes", &minutes.to_string())]))
        }
        ("sessions_ended", Value::Number(n)) => {
            n.as_i64().filter(|n| *n > 0).map(|n| lang.count("audit.sessions_ended", n))
        }
        ("goods", Value::Number(n)) => n.as_i64().map(|n| lang.count("audit.goods", n)),
        ("why" | "what" | "budget", Value::String(word)) => {
            Some(lang.t(&format!("audit.{name}.{word}")).into_owned())
        }
        ("number", number) => Some(lang.t_with("audit.number", &[("number", &plain(lang, Some(number)))])),
        ("wall" | "route" | "roles" | "name", value) => Some(plain(lang, Some(value))),
        (_, value) => Some(format!("{name}: {}", plain(lang, Some(value)))),
    }
}

/// A value as somebody reads it; roles by their words.
fn plain(lang: Lang, value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::Bool(holds)) => lang.t(if *holds { "audit.yes" } else { "audit.no" }).into_owned(),
        Some(Value::String(text)) => match crate::actor::Role::from_code(text) {
            Some(role) => lang.t(&format!("role.{}", role.code())).into_owned(),
            None => text.clone(),
        },
        Some(Value::Array(values)) => {
            values.iter().map(|value| plain(lang, Some(value))).collect::<Vec<_>>().join(", ")
        }
        Some(Value::Object(parts)) => {
            let part = |(name, value): (&String, &Value)| format!("{name}: {}", plain(lang, Some(value)));
            parts.iter().map(part).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    };
    text.chars().take(LONGEST_VALUE).collect()
}

pub const COLUMNS: [&str; 8] = [
    "audit.column.at",
    "audit.column.kind",
    "audit.column.what",
    "audit.column.actor",
    "audit.column.about",
    "audit.column.detail",
    "audit.column.address",
    "audit.column.request",
];

/// The last row of a file that holds as many as one may.
pub const LIMIT: Cell = Cell::Word("audit.export_limit");

/// The row of an entry.
pub fn cells(entry: &AuditEntry, ctx: RenderContext) -> Vec<Cell> {
    let told = AuditRow { ctx, entry };
    let said = |text: Option<&str>| text.map_or(Cell::None, |text| Cell::Text(text.to_owned()));
    let order = told.order().map(|(_, number, customer)| format!("{number} · {customer}"));
    let detail = told.detail();
    vec![
        Cell::Moment(ctx.calendar.zone.local(entry.place.at)),
        Cell::Text(told.kind()),
        Cell::Text(told.sentence()),
        said(entry.actor.as_deref()),
        said(told.about().or(order.as_deref())),
        said(detail.as_deref()),
        said(told.address()),
        said(told.request_id()),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(detail: &Value) -> String {
        let Value::Object(map) = detail else { panic!() };
        let parts: Vec<String> =
            map.iter().filter_map(|(name, value)| said(Lang::PtBr, map, name, value)).collect();
        parts.join(" · ")
    }

    #[test]
    fn every_kind_has_a_name_and_a_sentence_in_every_language() {
        let security = SecurityEvent::ALL.iter().map(|kind| kind.code());
        let orders = EventKind::ALL.iter().filter(|kind| kind.is_told()).map(|kind| kind.code());
        let groups = EventGroup::ALL.into_iter().map(EventGroup::code);
        let names = security.clone().chain(orders).chain(groups).map(|code| format!("audit.kind.{code}"));
        let sentences = security.map(|code| format!("audit.{code}"));
        for key in names.chain(sentences) {
            for lang in Lang::ALL {
                let said = lang.t(&key);
                assert!(!said.is_empty() && !said.contains("audit."), "{key} in {}", lang.tag());
            }
        }
    }

    #[test]
    fn details_are_told_in_words() {
        assert_eq!(
            told(&json!({ "before": ["picker"], "after": ["picker", "admin"] })),
            "Separador(a) → Separador(a), Administrador(a)"
        );
        assert_eq!(told(&json!({ "wall": "TV da expedição" })), "TV da expedição");
        assert_eq!(told(&json!({ "known_device": true })), "");
        assert_eq!(told(&json!({ "why": "idle", "last_seen_at": "x" })), "sem uso");
        let hidden = json!({ "before": { "hidden": false }, "after": { "hidden": true } });
        assert_eq!(told(&hidden), "hidden: não → hidden: sim");
        assert_eq!(told(&json!({ "shared_idle_minutes": 5 })), "shared_idle_minutes: 5");
    }
}
