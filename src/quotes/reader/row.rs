//! One row of the table: from runs to cells, by the columns; or from plain words where a row is drawn as one text.

use pdf_text::Run;
use rust_decimal::Decimal;

use super::cells::{self, by_column};
use super::code::{self, Start};
use super::columns::Columns;
use super::layout::{Line, join};
use crate::quotes::numbers::{parse, parse_money};

/// Longest text that is taken for a unit where a row is one text.
const LONGEST_UNIT: usize = 5;
/// Words of a description stand at most this many font sizes higher or lower than those before them.
const OFF_LINE: f32 = 0.12;
/// Words of a description stand at most this many font sizes apart.
const WORD_GAP: f32 = 3.0;
/// Text that is this much larger or smaller, as a share, is of another size.
const OTHER_SIZE: f32 = 0.08;
/// The next column begins at least so many font sizes behind a code.
const PARTED: f32 = 0.6;
/// Text that begins so many font sizes before the end of what stands before it is printed over it.
const OVERPRINT: f32 = 0.8;

/// What a row says, its description still without the lines it is wrapped onto.
#[derive(Clone, Debug)]
pub struct Row {
    pub page: usize,
    /// Points from the top of the page.
    pub y: f32,
    pub code: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub total: Decimal,
    /// The whole row is drawn as words, without cells.
    pub by_words: bool,
    /// Where the description begins, if it is not drawn together with the code.
    pub left: Option<f32>,
    /// Where the description ends.
    pub right: f32,
    pub size: f32,
    pub ink: [u8; 3],
    /// As pale as a watermark.
    pub faint: bool,
    /// The show operators that drew the row, sorted.
    pub shows: Vec<usize>,
    /// Text on the row that may be no part of it.
    pub doubts: Vec<String>,
}

/// The row on a line, if the line is one: three numbers on the right, and mostly a code under its column. `number` is
/// the row's place in the table, from 1.
pub fn read(line: &Line<'_>, columns: &Columns, number: usize) -> Option<Row> {
    if line.large {
        return None;
    }
    let runs: Vec<&Run> = line.runs.iter().copied().filter(|run| !is_slash(&run.text)).collect();
    let head = Head::read(&runs, columns, number);
    by_columns(line, &head, columns).or_else(|| by_words(line, columns, number))
}

/// Where a row's code and description begin.
struct Head<'r> {
    code: &'r str,
    /// What follows the code in its own run.
    glued: &'r str,
    /// The runs that are no part of the description: line number, code, and a mark before it.
    used: Vec<&'r Run>,
    doubt: Option<String>,
}

impl<'r> Head<'r> {
    fn read(runs: &[&'r Run], columns: &Columns, number: usize) -> Self {
        let nothing = Self { code: "", glued: "", used: Vec::new(), doubt: None };
        let is_left = |run: &&&Run| run.left < columns.code.right;
        let Some(first) = runs.first().filter(is_left) else { return nothing };
        let second = runs.get(1).filter(is_left);
        // "01 02653": the number of the line stands left of the code.
        if let Some(second) = second
            && let Some(counted) = code::line_number(&first.text)
            && code::start(&second.text).is_some_and(|start| start.code.len() >= 4)
        {
            let mut head = Self::read(&runs[1..], columns, usize::MAX);
            head.used.push(first);
            if counted != number {
                head.doubt = Some(first.text.clone());
            }
            return head;
        }
        if let Some(rest) = code::behind_line_number(&first.text, number) {
            return Self::of(first, rest);
        }
        let has_letters = first.text.chars().any(char::is_alphanumeric);
        if let (false, Some(second)) = (has_letters, second) {
            let mut head = Self::of(second, &second.text);
            head.used.push(first);
            head.doubt = Some(first.text.clone());
            return head;
        }
        Self::of(first, &first.text)
    }

    fn of(run: &'r Run, text: &'r str) -> Self {
        match code::start(text) {
            Some(Start { code, rest, certain }) => {
                Self { code, glued: rest, used: vec![run], doubt: (!certain).then(|| text.to_owned()) }
            }
            // No code: the description begins here.
            None => Self { code: "", glued: text, used: vec![run], doubt: None },
        }
    }
}

impl Head<'_> {
    /// What may be no code, or not the whole of one.
    fn doubts(&self, described: &[&Run]) -> Vec<String> {
        let gaping = self.used.iter().filter(|run| self.glued.is_empty() && cells::gapes(run));
        let gaping = gaping.map(|run| run.text.clone());
        self.doubt.iter().cloned().chain(gaping).chain(self.parted(described)).collect()
    }

    /// A code in two parts, as "0001 4": digits behind it in its own run, and the description apart from both.
    fn parted(&self, described: &[&Run]) -> Option<String> {
        let own = self.used.last()?;
        let first = described.iter().find(|run| !is_slash(&run.text))?;
        let digits = !self.glued.is_empty() && self.glued.bytes().all(|byte| byte.is_ascii_digit());
        (digits && first.left - own.right > PARTED * own.size).then(|| own.text.clone())
    }
}

/// Whether a line begins with a product code, as a row does.
pub fn begins_with_code(line: &Line<'_>, columns: &Columns) -> bool {
    line.runs.first().is_some_and(|run| {
        run.left < columns.code.right && code::start(&run.text).is_some_and(|start| start.code.len() >= 4)
    })
}

fn is_slash(text: &str) -> bool {
    text == "/"
}

fn by_columns(line: &Line<'_>, head: &Head<'_>, columns: &Columns) -> Option<Row> {
    let is_used = |run: &Run| head.used.iter().any(|used| std::ptr::eq(*used, run));
    let others: Vec<&Run> = line.runs.iter().copied().filter(|run| !is_used(run)).collect();
    let from = columns.unit_from();
    let separators: Vec<&Run> =
        others.iter().copied().filter(|run| run.left >= from && is_slash(&run.text)).collect();
    let slashes = !separators.is_empty()
        || others
            .iter()
            .any(|run| run.left >= from && (run.text.starts_with('/') || run.text.ends_with('/')));

    let (mut left, right): (Vec<&Run>, Vec<&Run>) = others.into_iter().partition(|run| run.left < from);
    let right: Vec<(&Run, &str)> = right
        .into_iter()
        .map(|run| (run, if slashes { run.text.trim_matches([' ', '/']) } else { &*run.text }))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let cells = by_column(&right, columns)?;
    let own_right = left.iter().chain(&head.used).map(|run| run.right).fold(0.0, f32::max);
    let (over, beside) = cells::over_the_columns(own_right, cells.rest);
    left.extend(over);
    let unit = cells.unit.or_else(|| unit_left_of_its_name(&mut left));
    let mut doubts = head.doubts(&left);
    doubts.extend(beside.iter().chain(&cells.doubtful).map(|run| run.text.clone()));

    let closed = unit.is_some_and(|(unit, _)| {
        unit.text.starts_with('/') || separators.iter().any(|separator| separator.left < unit.left)
    });
    let foreign = take_foreign(&mut left, head.used.last().copied());
    doubts.extend(foreign);
    if head.glued.is_empty() && !left.iter().any(|run| !is_slash(&run.text)) && head.code.is_empty() {
        return None;
    }
    let mut shows: Vec<usize> =
        line.runs.iter().filter(|run| !is_slash(&run.text)).map(|run| run.show).collect();
    shows.sort_unstable();
    let described = left.iter().copied().filter(|run| !is_slash(&run.text));
    let first = described.clone().next().or(head.used.last().copied())?;
    let [quantity, unit_price, total] = cells.numbers;
    Some(Row {
        page: line.page,
        y: line.y,
        code: head.code.to_owned(),
        by_words: false,
        left: described.clone().next().map(|run| run.left).filter(|_| head.glued.is_empty()),
        right: described.chain(head.used.iter().copied()).map(|run| run.right).fold(0.0, f32::max),
        size: first.size,
        ink: first.ink,
        faint: line.runs.iter().any(|run| run.faint),
        description: if slashes {
            between_slashes(head.glued, left, &separators, closed)
        } else {
            after(head.glued, &left)
        },
        unit: unit.map(|(_, text)| text.to_owned()).unwrap_or_default(),
        quantity,
        unit_price,
        total,
        shows,
        doubts,
    })
}

/// A known unit far behind the description, but left of its column's name: the name is centered over a wide column.
fn unit_left_of_its_name<'r>(left: &mut Vec<&'r Run>) -> Option<(&'r Run, &'r str)> {
    let (last, before) = left.split_last()?;
    let gap = last.left - before.last()?.right;
    let is_unit = cells::is_known_unit(&last.text) && gap > WORD_GAP * last.size;
    let last = is_unit.then_some(*last)?;
    left.pop();
    Some((last, &*last.text))
}

/// Text among a description that is of another size or colour is taken out, and told like what stands far from it.
fn take_foreign(runs: &mut Vec<&Run>, code: Option<&Run>) -> Vec<String> {
    let Some(model) = code.or(runs.first().copied()) else { return Vec::new() };
    let differs = |run: &Run| {
        (run.size - model.size).abs() > OTHER_SIZE * model.size
            || run.ink.iter().zip(model.ink).any(|(one, other)| one.abs_diff(other) > 96)
    };
    let described = runs.iter().filter(|run| !is_slash(&run.text));
    // A description drawn smaller, or in another colour, as a whole is one.
    let as_a_whole = described.clone().all(|run| differs(run));
    let mut told = Vec::new();
    if !as_a_whole {
        told.extend(described.filter(|run| differs(run)).map(|run| run.text.clone()));
        runs.retain(|run| is_slash(&run.text) || !differs(run));
    }
    // Far from it, or on another line of text.
    let far = |pair: &[&Run]| {
        (pair[1].left - pair[0].right > WORD_GAP * pair[1].size
            || (pair[1].y - pair[0].y).abs() > OFF_LINE * pair[1].size)
            && !is_slash(&pair[1].text)
            && !is_slash(&pair[0].text)
    };
    told.extend(runs.windows(2).filter(|pair| far(pair)).map(|pair| pair[1].text.clone()));
    // Dashes or letters over what was printed strike it out, or make it unreadable.
    let over = |one: &Run, other: &Run| {
        let overlap = one.right - other.left;
        // A long code reaches into the next column with its end.
        let is_long_code =
            code.is_some_and(|code| std::ptr::eq(code, one)) && overlap < (one.right - one.left) / 2.0;
        overlap > OVERPRINT * other.size && !is_long_code && !is_slash(&one.text) && !is_slash(&other.text)
    };
    let mut before = code.filter(|code| runs.first().is_some_and(|first| !std::ptr::eq(*first, *code)));
    for run in runs.iter().copied() {
        told.extend(before.filter(|before| over(before, run)).map(|_| run.text.clone()));
        before = Some(before.filter(|before| before.right > run.right).unwrap_or(run));
    }
    told
}

fn after(glued: &str, runs: &[&Run]) -> String {
    let rest = join(runs);
    if glued.is_empty() || rest.is_empty() { format!("{glued}{rest}") } else { format!("{glued} {rest}") }
}

/// The description of a row whose cells are parted by slashes. Slashes drawn together with those between the numbers
/// are separators wherever they stand; else the one after the code is, and, unless it is already `closed` by one further
/// right, the last one before the unit.
fn between_slashes(glued: &str, mut runs: Vec<&Run>, separators: &[&Run], closed: bool) -> String {
    let is_sibling = |run: &Run| is_slash(&run.text) && separators.iter().any(|other| other.show == run.show);
    let opened = runs.first().is_some_and(|run| is_sibling(run)) && glued.is_empty();
    let before = runs.len();
    runs.retain(|run| !is_sibling(run));
    let mut closed = closed || before - runs.len() > usize::from(opened);
    let has_text = !glued.is_empty() || runs.len() > 1;
    if !closed && has_text && runs.last().is_some_and(|run| is_slash(&run.text)) {
        runs.pop();
        closed = true;
    }
    let text = after(glued, &runs);
    let text = if opened { &text } else { text.strip_prefix('/').map_or(&*text, str::trim_start) };
    let text = if closed { text } else { text.strip_suffix('/').map_or(text, str::trim_end) };
    text.to_owned()
}

/// Reads a row from its words alone, from the right: total, price, quantity, unit; then the code from the left.
fn by_words(line: &Line<'_>, columns: &Columns, number: usize) -> Option<Row> {
    let first = line.runs.first().filter(|run| run.left < columns.code.right)?;
    // "1 350" in a cell may be one number or two.
    let is_parted = |run: &Run| run.text.contains(' ') && parse(&run.text.replace(' ', "")).is_some();
    if line.runs.iter().skip(1).any(|run| is_parted(run)) {
        return None;
    }
    let text = line.text();
    let text = code::behind_line_number(&text, number).unwrap_or(&text);
    let Start { code, rest, certain } = code::start(text)?;
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let slashes = rest.starts_with('/');
    let mut shows: Vec<usize> = line.runs.iter().map(|run| run.show).collect();
    shows.sort_unstable();
    let (rest, total) = last_word(rest, slashes)?;
    let (rest, unit_price) = last_word(rest.trim_end_matches("R$"), slashes)?;
    let (rest, quantity) = last_word(rest.trim_end_matches("R$"), slashes)?;
    let (description, unit) = last_word(rest, slashes)
        .filter(|(_, unit)| slashes || (unit.len() <= LONGEST_UNIT && unit.chars().all(char::is_alphabetic)))
        .unwrap_or((rest, ""));
    let description = if slashes { description.strip_prefix('/')? } else { description };
    let mut doubts = Vec::new();
    if !(certain || (digits && slashes && !code::goes_on(rest))) {
        doubts.push(code.to_owned());
    }
    // The last word of a description may look like a unit.
    if !slashes && !unit.is_empty() && !cells::is_known_unit(unit) {
        doubts.push(unit.to_owned());
    }
    Some(Row {
        page: line.page,
        y: line.y,
        code: code.to_owned(),
        description: description.trim().to_owned(),
        unit: unit.to_owned(),
        quantity: parse(quantity)?,
        unit_price: parse_money(unit_price)?,
        total: parse_money(total)?,
        by_words: true,
        left: None,
        right: first.right,
        size: first.size,
        ink: first.ink,
        faint: line.runs.iter().any(|run| run.faint),
        shows,
        doubts,
    })
}

fn last_word(text: &str, slashes: bool) -> Option<(&str, &str)> {
    let (rest, word) = text.trim_end().rsplit_once(if slashes { '/' } else { ' ' })?;
    Some((rest.trim_end(), word.trim()))
}
