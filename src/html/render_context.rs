//! The context of one render: language, version, time and build.

use std::borrow::{Borrow, Cow};

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::calendar::WorkCalendar;
use super::countdown::countdown;
use super::format;
use super::kept::Kept;
use super::look::Look;
use super::reasons::Reasons;
use crate::lang::Lang;

/// Language, clock and version of one render. Made once per page or per batch of events; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct RenderContext {
    pub lang: Lang,
    /// The feed head of the transaction that read the rows: `data-v` of every fragment.
    pub v: i64,
    pub now: Timestamp,
    pub calendar: WorkCalendar,
    /// Why lines are short, in the company's words.
    pub reasons: Kept<Reasons>,
    pub look: Kept<Look>,
    /// Hash of the assets, for `?v=`.
    pub build: &'static str,
}

impl RenderContext {
    /// The word or sentence under `key`.
    pub fn t(&self, key: &'static str) -> Cow<'static, str> {
        self.lang.t(key)
    }

    /// The word under `prefix.code`.
    pub fn word(&self, prefix: &str, code: &str) -> String {
        self.lang.t(&format!("{prefix}.{code}")).into_owned()
    }

    pub fn count(&self, key: &str, n: impl Borrow<i64>) -> String {
        self.lang.count(key, *n.borrow())
    }

    pub fn quantity(&self, value: impl Borrow<Decimal>) -> String {
        format::quantity(self.lang, *value.borrow())
    }

    /// A whole number with its thousands marked.
    pub fn whole(&self, value: impl Borrow<i64>) -> String {
        format::quantity(self.lang, Decimal::from(*value.borrow()))
    }

    /// `38 min`, `2 h 05`
    pub fn duration(&self, minutes: impl Borrow<i64>) -> String {
        format::duration(self.lang, *minutes.borrow())
    }

    /// "2 volumes"
    pub fn volumes(&self, n: &i32) -> String {
        self.lang.count("order.volumes", i64::from(*n))
    }

    pub fn money(&self, cents: &i64) -> String {
        format::money(self.lang, *cents)
    }

    /// `R$ 0,0345`
    pub fn price(&self, reais: &Decimal) -> String {
        format::price(self.lang, *reais)
    }

    pub fn date(&self, value: &Date) -> String {
        format::date(*value)
    }

    /// `14:32`
    pub fn time(&self, at: &Timestamp) -> String {
        format::time(*at, self.calendar.zone)
    }

    /// `22/10/2025 14:32`
    pub fn date_time(&self, at: &Timestamp) -> String {
        format::date_time(*at, self.calendar.zone)
    }

    /// `14:32` today, `22/10 14:32` on another day.
    pub fn short_time(&self, at: &Timestamp) -> String {
        format::short_time(*at, self.now, self.calendar.zone)
    }

    /// `às 14:32` today, `em 22/10 às 14:32` on another day.
    pub fn when(&self, at: &Timestamp) -> String {
        format::when(self.lang, *at, self.now, self.calendar.zone)
    }

    pub fn icon<'a>(&self, name: &'a str) -> Icon<'a> {
        Icon { name, build: self.build }
    }

    /// The mark of an order's status, by its code.
    pub fn order_mark(&self, code: &'static str) -> Mark<'static> {
        let (word, icon) = match code {
            "waiting" => ("status.waiting", "s-waiting"),
            "picking" => ("status.picking", "s-picking"),
            "awaiting" => ("status.awaiting", "s-awaiting"),
            "ready" => ("status.ready", "s-ready"),
            "finished" => ("status.finished", "s-finished"),
            _ => ("status.canceled", "s-canceled"),
        };
        Mark { code, icon: self.icon(icon), word: self.t(word) }
    }

    /// The mark of a line's status, by its code.
    pub fn item_mark(&self, code: &'static str) -> Mark<'static> {
        let (word, icon) = match code {
            "return" => ("item_status.return", "undo"),
            "unanswered" => ("item_status.unanswered", "clock"),
            "requested" => ("item_status.requested", "s-requested"),
            "ordered" => ("item_status.ordered", "s-ordered"),
            "arrived" => ("item_status.arrived", "s-arrived"),
            "not_found" => ("item_status.not_found", "s-short"),
            "swap" => ("item_status.swap", "s-swap"),
            "substituted" => ("item_status.substituted", "s-substituted"),
            "short" => ("item_status.short", "s-short"),
            "picked" => ("item_status.picked", "s-picked"),
            _ => ("item_status.pending", "s-pending"),
        };
        Mark { code, icon: self.icon(icon), word: self.t(word) }
    }

    /// `há 12 min`; the script keeps it ticking from `data-at`.
    pub fn age(&self, at: &Timestamp) -> String {
        self.calendar.age(self.lang, *at, self.now)
    }

    /// `em 2 h 05`, `atrasado há 12 min`; the script keeps it ticking from `data-deadline`.
    pub fn countdown(&self, due: &Timestamp) -> String {
        countdown(self.lang, *due, self.now)
    }
}

/// An element that leaves the page.
#[derive(Template)]
#[template(source = r#"<template id="{{ id }}" data-gone data-v="{{ v }}"></template>"#, ext = "html")]
pub struct Gone {
    pub id: String,
    pub v: i64,
}

impl HtmlSafe for Gone {}

/// A drawing of the sprite `static/icons.svg`. Always beside a word, so hidden from screen readers.
#[derive(Template)]
#[template(
    source = r##"<svg class="i" aria-hidden="true"><use href="/static/icons.svg?v={{ build }}#{{ name }}"/></svg>"##,
    ext = "html"
)]
pub struct Icon<'a> {
    name: &'a str,
    build: &'static str,
}

impl HtmlSafe for Icon<'_> {}

/// A status: word, icon and colour, the only definition of all three together. The code names the icon
/// (`#s-code`), the class (`m-code`) and the word (`status.code`, `item_status.code`).
#[derive(Template)]
#[template(
    source = r#"<span class="mark m-{{ code }}">{{ icon }}<span>{{ word }}</span></span>"#,
    ext = "html"
)]
pub struct Mark<'a> {
    code: &'a str,
    icon: Icon<'a>,
    word: Cow<'static, str>,
}

impl HtmlSafe for Mark<'_> {}
