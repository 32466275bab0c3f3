//! The page of figures: cards, the chart of days, tables, and the hours of the week.

use askama::Template;
use askama::filters::HtmlSafe;

use super::chart::DaysChart;
use crate::export::links::Files;
use crate::export::table::{Cell, Table};
use crate::html::format::address;
use crate::html::{RenderContext, format};
use crate::orders::indicators::Trend;
use crate::reports::load::Metrics;
use crate::reports::model::period::{Period, PeriodChoice};
use crate::reports::tables::{self, WEEKDAYS};

/// Rows of a table that the page shows; its file has more.
const ROWS_SHOWN: usize = 10;

/// How a period stands in an address.
pub fn pairs(choice: PeriodChoice) -> Vec<(&'static str, String)> {
    match choice {
        PeriodChoice::Today => Vec::new(),
        PeriodChoice::Between(from, to) => vec![("from", from.to_string()), ("to", to.to_string())],
        other => vec![("period", other.code().to_owned())],
    }
}

/// A figure, and the same of the period before.
struct Card {
    name: &'static str,
    value: String,
    /// None: it is of now, not of a period.
    before: Option<String>,
    /// The word, the class and the icon of its trend.
    trend: Option<(&'static str, &'static str, &'static str)>,
    note: Option<String>,
}

/// The inside of `/reports`. Asks with GET: `period`, or `from` and `to` (days).
#[derive(Template)]
#[template(path = "reports/_metrics.html")]
pub struct MetricsBody<'a> {
    pub ctx: RenderContext,
    pub metrics: &'a Metrics,
}

/// A table of figures, with the way to its file.
#[derive(Template)]
#[template(path = "reports/_table.html")]
struct TableFragment {
    s: RenderContext,
    table: Table,
    files: Files,
}

impl HtmlSafe for TableFragment {}

impl TableFragment {
    fn title(&self) -> String {
        self.s.lang.t(&tables::title(self.table.code)).into_owned()
    }

    /// A column's name; what it is measured in stands in each cell.
    fn name(&self, key: &&'static str) -> String {
        let name = self.s.t(key);
        name.trim_end_matches(" (min)").trim_end_matches(" (%)").to_owned()
    }

    /// How its figures are counted, where that is not plain.
    fn note(&self) -> Option<String> {
        (self.table.code == "people").then(|| self.s.t("reports.people_note").into_owned())
    }

    /// Its columns, without those of the period before.
    fn columns(&self) -> Vec<(usize, &'static str)> {
        let columns = self.table.columns.iter().copied().enumerate();
        columns.filter(|(_, name)| !tables::is_before(name)).collect()
    }

    /// The cells of a row under these columns, each with that of the period before.
    fn cells(&self, row: &[Cell]) -> Vec<(usize, String, Option<String>)> {
        let s = self.s;
        let said = |column: usize| row.get(column).map(|cell| written(s, cell)).unwrap_or_default();
        let has_before =
            |column: usize| self.table.columns.get(column + 1).is_some_and(|name| tables::is_before(name));
        let before = |column: usize| {
            has_before(column)
                .then(|| s.lang.t_with("reports.before", &[("value", said(column + 1).as_str())]))
        };
        let columns = self.columns().into_iter();
        columns.map(|(column, _)| (column, said(column), before(column))).collect()
    }

    fn is_numeric(&self, column: &usize) -> bool {
        self.table.rows.iter().any(|row| row.get(*column).is_some_and(Cell::is_number))
    }

    fn shown(&self) -> impl Iterator<Item = &Vec<Cell>> {
        // The team stands last, below however many people.
        let most = if self.table.code == "people" { usize::MAX } else { ROWS_SHOWN };
        self.table.rows.iter().take(most)
    }
}

fn written(s: RenderContext, cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Code(text) => text.clone(),
        Cell::Word(key) => s.t(key).into_owned(),
        Cell::Whole(n) => s.whole(n),
        Cell::Quantity(value) => s.quantity(value),
        Cell::Minutes(minutes) => s.duration(minutes),
        Cell::Tenths(n) => s.quantity(rust_decimal::Decimal::new(*n, 1)),
        Cell::Share(n) => format!("{} %", s.quantity(rust_decimal::Decimal::new(*n, 1))),
        Cell::Day(day) => s.date(day),
        Cell::Moment(at) => format::local_date_time(*at),
        Cell::None => "–".to_owned(),
    }
}

impl MetricsBody<'_> {
    fn choices(&self) -> [PeriodChoice; 6] {
        PeriodChoice::OFFERED
    }

    fn href(&self, choice: &PeriodChoice) -> String {
        address("/reports", &pairs(*choice))
    }

    /// The files of a table.
    fn files(&self, code: &str) -> Files {
        Files::new(self.ctx, &format!("/reports/export/{code}"), &pairs(self.metrics.choice))
    }

    fn choice_words(&self, choice: &PeriodChoice) -> String {
        self.ctx.lang.t(&format!("reports.period.{}", choice.code())).into_owned()
    }

    fn is_chosen(&self, choice: &PeriodChoice) -> bool {
        self.metrics.choice == *choice
    }

    fn between(&self) -> Option<Period> {
        matches!(self.metrics.choice, PeriodChoice::Between(..)).then_some(self.metrics.period)
    }

    fn said(&self, period: &Period) -> String {
        let s = self.ctx;
        if period.from == period.to {
            return s.date(&period.from);
        }
        format!("{} – {}", s.date(&period.from), s.date(&period.to))
    }

    fn is_today(&self) -> bool {
        self.metrics.choice == PeriodChoice::Today
    }

    fn cards(&self) -> Vec<Card> {
        let (now, past) = (&self.metrics.now, &self.metrics.past);
        let card = |name, value: Cell, before: Cell| Card {
            name,
            value: written(self.ctx, &value),
            before: Some(written(self.ctx, &before)),
            trend: None,
            note: None,
        };
        let late =
            Card { before: None, ..card("reports.figure.late", Cell::Whole(self.metrics.late), Cell::None) };
        let minutes = |minutes| Cell::of(minutes, Cell::Minutes);
        let share = |share| Cell::of(share, Cell::Share);
        let finished =
            if self.is_today() { "reports.figure.finished_today" } else { "reports.figure.finished" };
        vec![
            card(finished, Cell::Whole(now.counted.finished), Cell::Whole(past.counted.finished)),
            late,
            Card {
                trend: trend(now.trend(past)),
                note: self.order_time_note(),
                ..card(
                    "reports.figure.order_time",
                    minutes(now.order_time.average()),
                    minutes(past.order_time.average()),
                )
            },
            Card {
                trend: trend(now.waiting_trend(past)),
                note: self.by_the_wall(now.average_waiting_wall()),
                ..card(
                    "reports.figure.waiting",
                    minutes(now.waiting.average()),
                    minutes(past.waiting.average()),
                )
            },
            card("reports.figure.fill_rate", share(now.fill_rate()), share(past.fill_rate())),
            card("reports.figure.on_time", share(now.on_time_rate()), share(past.on_time_rate())),
            Card {
                trend: trend(now.picking_trend(past)),
                note: self.by_the_wall(now.average_picking_wall()),
                ..card(
                    "reports.figure.picking",
                    minutes(now.picking.average()),
                    minutes(past.picking.average()),
                )
            },
            card(
                "reports.figure.created",
                Cell::Whole(now.counted.created),
                Cell::Whole(past.counted.created),
            ),
            card("reports.figure.completion", share(now.completion_rate()), share(past.completion_rate())),
        ]
    }

    /// The wall beside working time, and how many orders go by the wall.
    fn order_time_note(&self) -> Option<String> {
        let (s, now) = (self.ctx, &self.metrics.now);
        let wall = self.by_the_wall(now.average_wall())?;
        if now.outside == 0 {
            return Some(wall);
        }
        Some(format!("{wall} · {}", s.count("reports.outside", now.outside)))
    }

    /// An average by the wall, to stand beside the one in working time.
    fn by_the_wall(&self, minutes: Option<i64>) -> Option<String> {
        let s = self.ctx;
        Some(s.lang.t_with("history.wall", &[("time", &s.duration(minutes?))]))
    }

    fn chart(&self) -> DaysChart<'_> {
        DaysChart::new(self.ctx, &self.metrics.days)
    }

    fn table(&self, code: &str) -> Option<TableFragment> {
        let table = tables::table(self.metrics, code)?;
        let files = self.files(table.code);
        Some(TableFragment { s: self.ctx, table, files })
    }

    /// The tables of products that have something to show.
    fn products(&self) -> Vec<TableFragment> {
        let codes = ["picked", "requested", "substituted", "stood_in", "short", "slowest"];
        codes
            .iter()
            .filter_map(|code| self.table(code))
            .filter(|shown| !shown.table.rows.is_empty())
            .collect()
    }

    fn hours(&self) -> Vec<usize> {
        self.metrics.hours.span().collect()
    }

    fn weekdays(&self) -> [(usize, &'static str); 7] {
        std::array::from_fn(|day| (day, WEEKDAYS[day]))
    }

    fn picks(&self, day: &usize, hour: &usize) -> i64 {
        self.metrics.hours.at(*day, *hour)
    }

    fn level(&self, picks: &i64) -> i64 {
        self.metrics.hours.level(*picks)
    }
}

fn trend(trend: Trend) -> Option<(&'static str, &'static str, &'static str)> {
    match trend {
        Trend::Better => Some(("board.trend_better", "better", "down")),
        Trend::Stable => Some(("board.trend_stable", "stable", "level")),
        Trend::Worse => Some(("board.trend_worse", "worse", "up")),
        Trend::Unknown => None,
    }
}
