//! The tables of figures, for the page and for files.

use std::iter;

use rust_decimal::Decimal;

use super::load::{MOST_ROWS, Metrics};
use super::model::figures::Figures;
use super::model::people::PersonFigures;
use super::model::work::{ProductFigures, ProductKey};
use crate::export::table::{Cell, Table};

/// The words that name them.
pub const TABLES: [&str; 10] = [
    "figures",
    "days",
    "people",
    "picked",
    "requested",
    "substituted",
    "stood_in",
    "short",
    "slowest",
    "hours",
];

/// The catalogue's key of a table's title.
pub fn title(code: &str) -> String {
    match code {
        "figures" => "reports.title".to_owned(),
        "hours" => "reports.hours_title".to_owned(),
        other => format!("reports.table.{other}"),
    }
}

/// The table of that name.
pub fn table(metrics: &Metrics, code: &str) -> Option<Table> {
    match code {
        "figures" => Some(figures(metrics)),
        "days" => Some(days(metrics)),
        "people" => Some(people(metrics)),
        "picked" => Some(products(metrics, "picked", |moves| moves.picked_lines)),
        "requested" => Some(products(metrics, "requested", |moves| moves.requested)),
        "substituted" => Some(products(metrics, "substituted", |moves| moves.substituted)),
        "stood_in" => Some(products(metrics, "stood_in", |moves| moves.stood_in)),
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
            vec![Cell::Word("reports.figure.late"), Cell::Whole(metrics.late), Cell::None],
            row("reports.figure.order_time", |it| Cell::of(it.order_time.average(), Cell::Minutes)),
            row("reports.figure.order_wall", |it| Cell::of(it.average_wall(), Cell::Minutes)),
            row("reports.figure.outside", |it| Cell::Whole(it.outside)),
            row("reports.figure.waiting", |it| Cell::of(it.waiting.average(), Cell::Minutes)),
            row("reports.figure.waiting_wall", |it| Cell::of(it.average_waiting_wall(), Cell::Minutes)),
            row("reports.figure.picking", |it| Cell::of(it.picking.average(), Cell::Minutes)),
            row("reports.figure.picking_wall", |it| Cell::of(it.average_picking_wall(), Cell::Minutes)),
            row("reports.figure.fill_rate", |it| Cell::of(it.fill_rate(), Cell::Share)),
            row("reports.figure.on_time", |it| Cell::of(it.on_time_rate(), Cell::Share)),
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

/// Figures, each with that of the period before behind it.
fn beside(
    now: impl IntoIterator<Item = Cell>,
    past: impl IntoIterator<Item = Cell>,
) -> impl Iterator<Item = Cell> {
    now.into_iter().zip(past).flat_map(|(now, past)| [now, past])
}

/// Whether a column is that of the period before, of the column in front of it.
pub fn is_before(column: &str) -> bool {
    column.ends_with("_before")
}

fn people(metrics: &Metrics) -> Table {
    let nobody = PersonFigures::default();
    let past = |person: &PersonFigures| match person.id {
        Some(id) => metrics.past_work.people.get(&id).unwrap_or(&nobody),
        None => &metrics.past_team,
    };
    let row = |person: &PersonFigures| {
        let name = Cell::Text(person.name.clone());
        iter::once(name).chain(beside(of_person(person), of_person(past(person)))).collect::<Vec<Cell>>()
    };
    let mut people: Vec<_> = metrics.people.iter().filter(|person| person.picks > 0).collect();
    people.sort_by_key(|person| std::cmp::Reverse(person.lines));
    Table {
        code: "people",
        columns: vec![
            "reports.column.person",
            "reports.column.lines",
            "reports.column.lines_before",
            "reports.column.units",
            "reports.column.units_before",
            "reports.column.orders",
            "reports.column.orders_before",
            "reports.column.pace",
            "reports.column.pace_before",
            "reports.column.undone",
            "reports.column.undone_before",
            "reports.column.active",
            "reports.column.active_before",
        ],
        rows: people.into_iter().chain((metrics.team.picks > 0).then_some(&metrics.team)).map(row).collect(),
    }
}

fn of_person(person: &PersonFigures) -> [Cell; 6] {
    [
        Cell::Whole(person.lines),
        Cell::Quantity(person.units),
        Cell::Whole(person.orders),
        if person.is_little() { Cell::Word("reports.little") } else { Cell::of(person.pace(), Cell::Tenths) },
        Cell::of(person.undone_share(), Cell::Share),
        Cell::Minutes(person.active_seconds / 60),
    ]
}

/// Products by how many lines something happened to.
fn products(metrics: &Metrics, code: &'static str, lines: fn(&ProductFigures) -> i64) -> Table {
    let units = code == "picked";
    let figures = |product: &ProductFigures| {
        let units = units.then_some(Cell::Quantity(product.picked));
        iter::once(Cell::Whole(lines(product))).chain(units)
    };
    let row = |(key, product): &(ProductKey, ProductFigures)| {
        let mut row = named(key, product);
        row.extend(beside(figures(product), figures(&past_of(metrics, key))));
        row
    };
    let mut columns = PRODUCT.to_vec();
    columns.extend(["reports.column.lines", "reports.column.lines_before"]);
    if units {
        columns.extend(["reports.column.units", "reports.column.units_before"]);
    }
    Table { code, columns, rows: most(metrics, lines).map(row).collect() }
}

/// The same product in the period before.
fn past_of(metrics: &Metrics, key: &ProductKey) -> ProductFigures {
    metrics.past_work.products.get(key).cloned().unwrap_or_default()
}

/// The products with the largest figures, those with equal ones by code.
fn most(
    metrics: &Metrics,
    of: impl Fn(&ProductFigures) -> i64,
) -> impl Iterator<Item = &(ProductKey, ProductFigures)> {
    let mut some: Vec<_> = metrics.products.iter().filter(|(_, product)| of(product) > 0).collect();
    some.sort_by_key(|(_, product)| std::cmp::Reverse(of(product)));
    some.into_iter().take(MOST_ROWS)
}

const PRODUCT: [&str; 3] = ["reports.column.code", "reports.column.product", "reports.column.unit"];

fn named(key: &ProductKey, product: &ProductFigures) -> Vec<Cell> {
    let ProductKey { code, unit } = key.clone();
    // Goods that somebody named in words are counted by these, and have no code.
    let in_words = product.stood_in > 0 && code == product.description;
    let code = if in_words { Cell::Text(String::new()) } else { Cell::Code(code) };
    vec![code, Cell::Text(product.description.clone()), Cell::Text(unit)]
}

/// The fewest lines by which a product may be called slow.
const FEWEST_LINES: i64 = 3;

fn slowest(metrics: &Metrics) -> Table {
    // Products with enough lines have a row, even at zero minutes.
    let time = |product: &ProductFigures| {
        let average = product.time.average().filter(|_| product.time.orders >= FEWEST_LINES);
        average.map_or(0, |minutes| minutes + 1)
    };
    let figures = |product: &ProductFigures| {
        [Cell::Whole(product.time.orders), Cell::of(product.time.average(), Cell::Minutes)]
    };
    let rows = most(metrics, time).map(|(key, product)| {
        let mut row = named(key, product);
        row.extend(beside(figures(product), figures(&past_of(metrics, key))));
        row
    });
    let mut columns = PRODUCT.to_vec();
    columns.extend([
        "reports.column.lines",
        "reports.column.lines_before",
        "reports.column.item_time",
        "reports.column.item_time_before",
    ]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goods_that_were_named_in_words_are_not_given_these_as_their_code() {
        let shown = |code: &str, text: &str, stood_in| {
            let key = ProductKey { code: code.to_owned(), unit: "UN".to_owned() };
            let product =
                ProductFigures { description: text.to_owned(), stood_in, ..ProductFigures::default() };
            named(&key, &product)
        };
        let row =
            |code: Cell, text: &str| vec![code, Cell::Text(text.to_owned()), Cell::Text("UN".to_owned())];
        let coded = |code: &str| Cell::Code(code.to_owned());
        assert_eq!(shown("CABO AZUL", "CABO AZUL", 1), row(Cell::Text(String::new()), "CABO AZUL"));
        assert_eq!(shown("CB15", "CABO AZUL", 1), row(coded("CB15"), "CABO AZUL"));
        assert_eq!(shown("CABO", "CABO", 0), row(coded("CABO"), "CABO"), "what papers call a code is one");
    }
}
