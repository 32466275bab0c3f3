//! Where the columns of the table stand, by the words of its header.

use super::layout::{Line, key};

/// The printed extent of a column's name, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub left: f32,
    pub right: f32,
}

impl Extent {
    pub fn center(self) -> f32 {
        f32::midpoint(self.left, self.right)
    }
}

/// The names of the columns as printed on a page; cells stand under them, more or less.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub code: Extent,
    pub unit: Extent,
    pub quantity: Extent,
    pub price: Extent,
    pub total: Extent,
    pub size: f32,
}

const NAMES: [&[&str]; 6] = [
    &["codigo", "cod", "codproduto", "codigodoproduto"],
    &["produto", "produtos", "descricao", "descricaodoproduto", "descricaodosprodutos", "mercadoria"],
    &["unid", "un", "und", "unidade"],
    &["quant", "qtd", "qtde", "quantidade"],
    &[
        "valor",
        "valorunit",
        "valorunitario",
        "vlrunit",
        "vlrunitario",
        "vlunit",
        "vlunitario",
        "vunit",
        "vunitario",
        "preco",
        "precounit",
        "precounitario",
        "unitario",
    ],
    &["total", "valortotal", "vlrtotal", "vltotal", "vtotal", "precototal", "subtotal"],
];

/// Names of the column of a line's number.
const COUNTERS: [&str; 10] = ["item", "it", "n", "no", "nr", "num", "numero", "seq", "ord", "linha"];

impl Columns {
    /// The columns, if the line is the table's header: all six names, from left to right.
    pub fn read(line: &Line<'_>) -> Option<Self> {
        Self::read_all(line).into_iter().next()
    }

    /// The columns of each table whose header the line is: two, where a sheet holds two copies side by side.
    pub fn read_all(line: &Line<'_>) -> Vec<Self> {
        let words = words(line);
        let mut words = words.iter();
        let mut all = Vec::new();
        while let Some(columns) = Self::next(&mut words, line) {
            all.push(columns);
        }
        all
    }

    fn next<'w>(words: &mut impl Iterator<Item = &'w (String, Extent)>, line: &Line<'_>) -> Option<Self> {
        let mut find = |names: &[&str]| {
            words.by_ref().find(|(word, _)| names.contains(&word.as_str())).map(|(_, extent)| *extent)
        };
        Some(Self {
            code: find(NAMES[0])?,
            unit: {
                find(NAMES[1])?;
                find(NAMES[2])?
            },
            quantity: find(NAMES[3])?,
            price: find(NAMES[4])?,
            total: find(NAMES[5])?,
            size: line.runs.first()?.size,
        })
    }

    /// What stands left of the name of the unit, and is no name of a quote's columns: its cells would be taken for
    /// descriptions, or for codes.
    pub fn unknown(line: &Line<'_>) -> Vec<String> {
        let Some(columns) = Self::read(line) else { return Vec::new() };
        let between = line.runs.iter().filter(|run| {
            let before = run.right <= columns.code.left
                && run.text.contains(char::is_alphabetic)
                && !COUNTERS.contains(&key(&run.text).as_str());
            let behind = run.left >= columns.code.right
                && run.right <= columns.unit.left
                && run.text.contains(char::is_alphanumeric);
            before || behind
        });
        let known = |text: &str| {
            NAMES.iter().any(|names| names.contains(&key(text).as_str()))
                || key(text).split("produto").all(str::is_empty)
                || text.split(' ').all(|word| {
                    NAMES.iter().any(|names| names.contains(&key(word).as_str())) || word.len() <= 2
                })
        };
        between.filter(|run| !known(&run.text)).map(|run| run.text.clone()).collect()
    }

    /// Left of this is the description, from here on the unit and the numbers.
    pub fn unit_from(&self) -> f32 {
        self.unit.left - 1.5 * self.size
    }
}

/// The words of a line, also where several names are one run.
fn words(line: &Line<'_>) -> Vec<(String, Extent)> {
    let mut words = Vec::new();
    for run in &line.runs {
        let whole = key(&run.text);
        let extent = Extent { left: run.left, right: run.right };
        if NAMES.iter().any(|names| names.contains(&whole.as_str())) {
            words.push((whole, extent));
            continue;
        }
        let at = |count: usize| run.edges.get(count).copied().unwrap_or(run.right);
        let mut count = 0;
        for word in run.text.split(' ') {
            let end = count + word.chars().count();
            words.push((key(word), Extent { left: at(count), right: at(end) }));
            count = end + 1;
        }
    }
    words
}
