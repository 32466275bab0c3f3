//! An entry of an order's timeline.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::SignedDuration;
use jiff::civil::Date;

use super::words::{reason_words, replacement_words};
use crate::feed::EventKind;
use crate::html::RenderContext;
use crate::ids::OrderId;
use crate::orders::history::Told;
use crate::orders::item::Replacement;
use crate::orders::model::{RevisedCounts, TimelineEntry};

/// One entry of the history: member `entry-VERSION` of the list `#timeline`, newest first.
#[derive(Template)]
#[template(path = "orders/_entry.html")]
pub struct EntryFragment<'a> {
    pub ctx: RenderContext,
    pub order_id: OrderId,
    pub entry: &'a TimelineEntry,
}

impl HtmlSafe for EntryFragment<'_> {}

/// A tap that took longer to arrive had to wait.
const ARRIVES_WITHIN: SignedDuration = SignedDuration::from_mins(1);

impl EntryFragment<'_> {
    /// "marcado às 14:02, enviado às 14:32", where the tap had to wait for the network.
    fn waited(&self) -> Option<String> {
        let at = self.entry.at;
        let tapped_at = self.entry.tapped_at.filter(|tapped| at.duration_since(*tapped) > ARRIVES_WITHIN)?;
        let times = [("tapped", &*self.ctx.when(&tapped_at)), ("sent", &*self.ctx.when(&at))];
        Some(self.ctx.lang.t_with("timeline.waited", &times))
    }

    /// "Visto por Ana 14:32, João 14:40"
    fn seen(&self) -> Option<String> {
        let people = self.entry.seen.iter();
        let people: Vec<_> =
            people.map(|seen| format!("{} {}", seen.name, self.ctx.short_time(&seen.at))).collect();
        let told = |people: &str| self.ctx.lang.t_with("timeline.seen", &[("people", people)]);
        (!people.is_empty()).then(|| told(&people.join(", ")))
    }

    /// The same people's ids: who saw it on another device is not asked again.
    fn seen_ids(&self) -> String {
        let ids = self.entry.seen.iter().map(|seen| seen.person_id.to_string());
        ids.collect::<Vec<_>>().join(" ")
    }

    /// Ascending text, descending versions.
    fn sort(&self) -> String {
        format!("{:012}", 999_999_999_999 - self.entry.version)
    }

    /// "Maria separou 10 × FO11"
    fn sentence(&self) -> String {
        let lang = self.ctx.lang;
        let quantity = self.entry.quantity.map(|quantity| self.ctx.quantity(quantity)).unwrap_or_default();
        let item = self.entry.item.as_deref().unwrap_or_default();
        let key = match (self.entry.kind, self.entry.undoes) {
            (Some(EventKind::ActionUndone), Some(undone)) if undone.can_be_undone() => {
                format!("timeline.undone_{}", undone.code())
            }
            (Some(kind), _) if kind.is_told() => format!("timeline.{}", kind.code()),
            _ => "timeline.other".to_owned(),
        };
        lang.t_with(&key, &[("actor", &self.entry.actor), ("quantity", &quantity), ("item", item)])
    }

    /// The word in the element's class.
    fn kind(&self) -> &'static str {
        self.entry.kind.map_or("other", EventKind::code)
    }

    /// What a newer quote changed, a reason, the number of volumes, a note.
    fn text(&self) -> Option<String> {
        if let Some(counts) = &self.entry.revised {
            return Some(self.revised(counts));
        }
        match &self.entry.told {
            Some(Told::Reason(reason)) => Some(reason_words(self.ctx.reasons, self.ctx.lang, reason)),
            Some(Told::Volumes { volumes }) => Some(self.ctx.volumes(volumes)),
            Some(Told::Options { shipping, packaging }) => Some(format!("{shipping} · {packaging}")),
            Some(Told::Due { due_at: Some(due) }) => Some(self.ctx.date_time(due)),
            Some(Told::Due { due_at: None }) => Some(self.ctx.t("due.none").into_owned()),
            Some(Told::Sellers { before, after }) => Some(format!("{before} → {after}")),
            Some(Told::Replacement(with)) => {
                let goods = replacement_words(&self.ctx, with);
                Some(self.ctx.lang.t_with("timeline.replaced_by", &[("goods", &goods)]))
            }
            Some(Told::Answer { answer, replacement, wished_on }) => {
                Some(self.answer(answer, replacement.as_ref(), *wished_on))
            }
            Some(Told::Location { before, after }) => Some(self.moved(before.as_deref(), after.as_deref())),
            Some(Told::Unknown) => None,
            // What an undo put back is said by the entry that it took back.
            None => self.entry.note.clone().filter(|_| self.entry.kind != Some(EventKind::ActionUndone)),
        }
    }
}

impl EntryFragment<'_> {
    /// "trocar por CB15 · 5 UN", "comprar para 25/10/2025", "enviar sem"
    fn answer(&self, answer: &str, replacement: Option<&Replacement>, wished_on: Option<Date>) -> String {
        let lang = self.ctx.lang;
        match (answer, replacement, wished_on) {
            ("swap", Some(with), _) => {
                let goods = replacement_words(&self.ctx, with);
                lang.t_with("timeline.answer_swap", &[("goods", &goods)])
            }
            ("buy", _, Some(day)) => lang.t_with("timeline.answer_buy_by", &[("date", &self.ctx.date(&day))]),
            ("buy", ..) => lang.t("timeline.answer_buy").into_owned(),
            _ => lang.t("timeline.answer_without").into_owned(),
        }
    }

    /// "A-12-3", "A-12-3 → B-1", "B-1 → sem local"
    fn moved(&self, before: Option<&str>, after: Option<&str>) -> String {
        let after = after.map_or_else(|| self.ctx.t("location.none").into_owned(), str::to_owned);
        before.map_or_else(|| after.clone(), |before| format!("{before} → {after}"))
    }

    /// "era o 30567 · 2 itens novos · 1 saiu"
    fn revised(&self, counts: &RevisedCounts) -> String {
        let lang = self.ctx.lang;
        let count = |key: &str, lines: i64| (lines > 0).then(|| lang.count(key, lines));
        let number = counts.number_before.as_deref();
        let parts = [
            number.map(|number| lang.t_with("revised.number", &[("number", number)])),
            count("revised.new", counts.new),
            count("revised.changed", counts.changed),
            count("revised.gone", counts.gone),
            count("revised.returns", counts.returns),
        ];
        let told: Vec<String> = parts.into_iter().flatten().collect();
        if told.is_empty() { lang.t("revised.nothing").into_owned() } else { told.join(" · ") }
    }
}
