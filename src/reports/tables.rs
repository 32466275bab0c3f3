//! The tables of figures: the page shows them, and files hold them.

use rust_decimal::Decimal;

use super::load::{MOST_ROWS, Metrics};
use super::model::figures::Figures;
use super::model::people::PersonFigures;
use super::model::table::{Cell, Table};
use super::queries::figures::ProductMoves;

/// The words that name them.
pub const TABLES: [&str; 9] =
    ["figures", "days", "people", "picked", "requested", "substituted", "short", "slowest", "hours"];

/// The table of that name.
pub fn table(metrics: &Metrics, code: &str) -> Option<Table> {
    match code {
        "figures" => Some(figures(metrics)),
        "days" => Some(days(metrics)),
        "people" => Some(people(metrics)),
        "picked" => Some(products(metrics, "picked", |moves| moves.picked_lines)),
        "requested" => Some(products(metrics, "requested", |moves| moves.requested)),
        "substituted" => Some(products(metrics, "substituted", |moves| moves.substituted)),
        "short" => Some(products(metrics, "short", |moves| moves.short)),
        "slowest" => Some(slowest(metrics)),
        "hours" => Some(hours(metrics)),
        _ => None,
    }
}

fn figures(metrics: &Metrics) -> Table {
    let row = |word: &'static str, cell: fn(&Figures) -> Cell| {
        vec![Cell::Word(word), cell(&metrics.now), cell(&metrics.past)]
    };
    Table {
        code: "figures",
        columns: vec!["reports.column.figure", "reports.column.now", "reports.column.before"],
        rows: vec![
            row("reports.figure.finished", |it| Cell::Whole(it.counted.finished)),
            row("reports.figure.order_time", |it| Cell::of(it.order_time.average(), Cell::Minutes)),
            row("reports.figure.order_wall", |it| Cell::of(it.average_wall(), Cell::Minutes)),
            row("reports.figure.outside", |it| Cell::Whole(it.outside)),
            row("reports.figure.waiting", |it| Cell::of(it.waiting.average(), Cell::Minutes)),
            row("reports.figure.fill_rate", |it| Cell::of(it.fill_rate(), Cell::Share)),
            row("reports.figure.created", |it| Cell::Whole(it.counted.created)),
            row("reports.figure.completion", |it| Cell::of(it.completion_rate(), Cell::Share)),
        ],
    }
}

fn days(metrics: &Metrics) -> Table {
    let row = |(day, created, finished): &(_, i64, i64)| {
        vec![Cell::Day(*day), Cell::Whole(*created), Cell::Whole(*finished)]
    };
    Table {
        code: "days",
        columns: vec!["reports.column.day", "reports.column.created", "reports.column.finished"],
        rows: metrics.days.iter().map(row).collect(),
    }
}

fn people(metrics: &Metrics) -> Table {
    let row = |person: &PersonFigures| {
        vec![
            Cell::Text(person.name.clone()),
            Cell::Whole(person.lines),
            Cell::Quantity(person.units),
            Cell::Whole(person.orders),
            if person.is_little() {
                Cell::Word("reports.little")
            } else {
                Cell::of(person.pace(), Cell::Tenths)
            },
            Cell::of(person.undone_share(), Cell::Share),
            Cell::Minutes(person.active_seconds / 60),
        ]
    };
    let mut people: Vec<_> = metrics.people.iter().filter(|person| person.picks > 0).collect();
    people.sort_by_key(|person| std::cmp::Reverse(person.lines));
    Table {
        code: "people",
        columns: vec![
            "reports.column.person",
            "reports.column.lines",
            "reports.column.units",
            "reports.column.orders",
            "reports.column.pace",
            "reports.column.undone",
            "reports.column.active",
        ],
        rows: people.into_iter().chain((metrics.team.picks > 0).then_some(&metrics.team)).map(row).collect(),
    }
}

/// Products by how many lines something happened to.
fn products(metrics: &Metrics, code: &'static str, lines: fn(&ProductMoves) -> i64) -> Table {
    let mut moves: Vec<_> = metrics.products.moved.iter().filter(|moves| lines(moves) > 0).collect();
    let by_code =
        |one: &ProductMoves, other: &ProductMoves| (&one.code, &one.unit).cmp(&(&other.code, &other.unit));
    moves.sort_by(|one, other| lines(other).cmp(&lines(one)).then_with(|| by_code(one, other)));
    let units = code == "picked";
    let row = |moves: &&ProductMoves| {
        let mut row = product(&moves.code, &moves.description, &moves.unit);
        row.push(Cell::Whole(lines(moves)));
        row.extend(units.then_some(Cell::Quantity(moves.picked)));
        row
    };
    let mut columns = PRODUCT.to_vec();
    columns.push("reports.column.lines");
    columns.extend(units.then_some("reports.column.units"));
    Table { code, columns, rows: moves.iter().take(MOST_ROWS).map(row).collect() }
}

const PRODUCT: [&str; 3] = ["reports.column.code", "reports.column.product", "reports.column.unit"];

fn product(code: &str, description: &str, unit: &str) -> Vec<Cell> {
    vec![Cell::Code(code.to_owned()), Cell::Text(description.to_owned()), Cell::Text(unit.to_owned())]
}

fn slowest(metrics: &Metrics) -> Table {
    let rows = metrics.products.slow.iter().take(MOST_ROWS).map(|slow| {
        let mut row = product(&slow.code, &slow.description, &slow.unit);
        row.extend([Cell::Whole(slow.time.orders), Cell::of(slow.time.average(), Cell::Minutes)]);
        row
    });
    let mut columns = PRODUCT.to_vec();
    columns.extend(["reports.column.lines", "reports.column.item_time"]);
    Table { code: "slowest", columns, rows: rows.collect() }
}

/// The keys of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = [
    "weekday.monday",
    "weekday.tuesday",
    "weekday.wednesday",
    "weekday.thursday",
    "weekday.friday",
    "weekday.saturday",
    "weekday.sunday",
];

fn hours(metrics: &Metrics) -> Table {
    let hours = metrics.hours;
    let mut rows = Vec::new();
    for (day, word) in WEEKDAYS.iter().enumerate() {
        for hour in hours.span().filter(|hour| hours.at(day, *hour) > 0) {
            let hour_of_day = Cell::Quantity(Decimal::from(hour));
            rows.push(vec![Cell::Word(word), hour_of_day, Cell::Whole(hours.at(day, hour))]);
        }
    }
    let columns = vec!["reports.column.weekday", "reports.column.hour", "reports.column.picks"];
    Table { code: "hours", columns, rows }
}
