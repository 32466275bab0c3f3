//! Orders created and finished, day by day: bars that the server draws. The numbers stand in a table below.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::{Date, Weekday};

use crate::export::links::Files;
use crate::html::RenderContext;

/// Of the drawing, in its own units.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 180;
const LEFT: i64 = 32;
const FOOT: i64 = 22;

struct Bar {
    class: &'static str,
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    title: String,
}

struct Label {
    x: i64,
    text: String,
}

#[derive(Template)]
#[template(path = "reports/_days.html")]
pub struct DaysChart<'a> {
    s: RenderContext,
    days: &'a [(Date, i64, i64)],
    most: i64,
    files: Files,
}

impl HtmlSafe for DaysChart<'_> {}

impl<'a> DaysChart<'a> {
    pub fn new(s: RenderContext, days: &'a [(Date, i64, i64)]) -> Self {
        let most = days.iter().map(|(_, created, finished)| (*created).max(*finished)).max();
        let files = Files::new(s, "/reports/export/days", &[]);
        Self { s, days, most: even(most.unwrap_or_default().max(4)), files }
    }

    fn slot(&self) -> i64 {
        (WIDTH - LEFT) / i64::try_from(self.days.len()).unwrap_or(1).max(1)
    }

    fn height_of(&self, n: i64) -> i64 {
        (HEIGHT - FOOT - 8) * n / self.most
    }

    fn bars(&self) -> Vec<Bar> {
        let width = (self.slot() - 4) / 2;
        let bar = |place: usize, day: &Date, n: i64, class, key, shift| {
            let height = self.height_of(n);
            let title = format!("{}: {}", self.s.date(day), self.s.count(key, n));
            let x = LEFT + self.slot() * i64::try_from(place).unwrap_or_default() + shift;
            Bar { class, x, y: HEIGHT - FOOT - height, width, height, title }
        };
        let days = self.days.iter().enumerate();
        days.flat_map(|(place, (day, created, finished))| {
            [
                bar(place, day, *created, "bar-created", "reports.created", 1),
                bar(place, day, *finished, "bar-finished", "reports.finished", 2 + width),
            ]
        })
        .collect()
    }

    /// Mondays; there is no room for every day.
    fn labels(&self) -> Vec<Label> {
        let days = self.days.iter().enumerate().filter(|(_, (day, ..))| day.weekday() == Weekday::Monday);
        let label = |(place, (day, ..)): (usize, &(Date, i64, i64))| Label {
            x: LEFT + self.slot() * i64::try_from(place).unwrap_or_default(),
            text: format!("{:02}/{:02}", day.day(), day.month()),
        };
        days.map(label).collect()
    }

    fn rows(&self) -> Vec<(Date, i64, i64)> {
        self.days.to_vec()
    }

    /// Height and number of the lines across.
    fn lines(&self) -> [(i64, String); 3] {
        [0, self.most / 2, self.most].map(|n| (HEIGHT - FOOT - self.height_of(n), self.s.whole(n)))
    }

    fn width(&self) -> i64 {
        WIDTH
    }

    fn height(&self) -> i64 {
        HEIGHT
    }

    fn left(&self) -> i64 {
        LEFT
    }

    /// A text alternative for the drawing.
    fn summary(&self) -> String {
        let sum = |of: fn(&(Date, i64, i64)) -> i64| self.days.iter().map(of).sum::<i64>();
        let created = self.s.whole(sum(|(_, created, _)| *created));
        let finished = self.s.whole(sum(|(.., finished)| *finished));
        self.s.lang.t_with("reports.days_summary", &[("created", &created), ("finished", &finished)])
    }
}

/// Half of it is a whole number.
fn even(n: i64) -> i64 {
    n + n % 2
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::html::WorkCalendar;
    use crate::lang::Lang;

    #[test]
    fn every_day_has_two_bars_inside_of_the_drawing() {
        let calendar = WorkCalendar::none();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let s = RenderContext {
            lang: Lang::PtBr,
            v: 0,
            now,
            calendar,
            reasons: crate::html::Reasons::usual(),
            look: crate::html::Look::usual(),
            build: "x",
        };
        let days: Vec<_> = (1..=30).map(|day| (date(2025, 9, day), i64::from(day), 31)).collect();
        let chart = DaysChart::new(s, &days);
        let bars = chart.bars();
        assert_eq!((bars.len(), chart.most), (60, 32));
        for bar in &bars {
            assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH && bar.width >= 4, "{}", bar.title);
            assert!(bar.y >= 0 && bar.y + bar.height == HEIGHT - FOOT, "{}", bar.title);
        }
        assert_eq!(bars[1].title, "01/09/2025: 31 finalizados");
        assert_eq!(chart.labels().len(), 5, "five Mondays");
        assert!(chart.summary().contains("465"), "{}", chart.summary());
    }
}
