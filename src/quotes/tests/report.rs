//! Draws a quote as the ERP prints it, in either layout and in the ways producers differ.

use crate::html::format;
use crate::lang::Lang;
use crate::quotes::{Quote, QuoteLine};

use super::paper::{Draw, SIZE, width};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Columns,
    /// The code and the description in one run, each slash on its own.
    Slashes,
    /// All slashes of a row in one show operator, with wide kerns between them.
    SlashesTogether,
    /// A row is one text, without cells.
    OneText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Code, description, quantity, price, total, unit; row by row.
    Rows,
    /// As rows, but everything else of the page after the table.
    TableFirst,
    /// The last drawn cell first.
    Backwards,
    /// Column by column.
    ByColumns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// One line however long, over whatever stands to the right.
    Never,
    /// The other cells stand beside the first line.
    Top(usize),
    /// The other cells stand at half the height.
    Middle(usize),
}

#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub layout: Layout,
    pub order: Order,
    pub wrapping: Wrapping,
    /// Rows on a page.
    pub rows: usize,
    /// Line totals with a thousands mark.
    pub marks: bool,
    /// Moves the table as a whole, and the space between rows.
    pub shift: f32,
    pub pitch: f32,
    /// Each word is a run of its own.
    pub words: bool,
}

impl Style {
    pub const PLAIN: Self = Self {
        layout: Layout::Columns,
        order: Order::Rows,
        wrapping: Wrapping::Never,
        rows: 40,
        marks: false,
        shift: 0.0,
        pitch: 12.6,
        words: false,
    };
}

const DESCRIPTION: f32 = 69.0;
const LEADING: f32 = 9.2;

pub fn draw(quote: &Quote, style: Style) -> Vec<Draw> {
    let mut draws = Vec::new();
    let pages = pages(&quote.items, style);
    let last = pages.len() - 1;
    for (page, items) in pages.into_iter().enumerate() {
        let mut frame = Vec::new();
        header(&mut frame, page, quote);
        table_header(&mut frame, page, style);
        frame.push(Draw::new(page, 285.0, 802.0, &format!("Página {}", page + 1)));
        let mut table = Vec::new();
        let mut y = 212.0;
        for item in items {
            y += row(&mut table, page, y, item, style);
        }
        if page == last {
            footer(&mut frame, page, y + 12.0, quote);
        }
        if style.order == Order::ByColumns {
            table.sort_by(|one: &Draw, other| one.pieces[0].0.total_cmp(&other.pieces[0].0));
        }
        let both = if style.order == Order::TableFirst { [table, frame] } else { [frame, table] };
        draws.extend(both.into_iter().flatten());
    }
    if style.words {
        draws = draws.into_iter().flat_map(|draw| words(&draw)).collect();
    }
    if style.order == Order::Backwards {
        draws.reverse();
    }
    draws
}

/// The rows of each page: as many as the style says, fewer where they are high.
fn pages(items: &[QuoteLine], style: Style) -> Vec<&[QuoteLine]> {
    let mut pages = Vec::new();
    let mut rest = items;
    loop {
        let mut height = 0.0;
        let fits = |item: &&QuoteLine| {
            height += row(&mut Vec::new(), 0, 0.0, item, style);
            height < 520.0
        };
        let count = rest.iter().take(style.rows).take_while(fits).count().max(1).min(rest.len());
        let (page, after) = rest.split_at(count);
        pages.push(page);
        rest = after;
        if rest.is_empty() {
            return pages;
        }
    }
}

fn words(draw: &Draw) -> Vec<Draw> {
    if draw.pieces.len() > 1 {
        return vec![draw.clone()];
    }
    let (mut x, text) = draw.pieces[0].clone();
    let words = text.split(' ').map(|word| {
        let one = Draw::new(draw.page, x, draw.y, word);
        x += width(word) + width(" ");
        one
    });
    words.collect()
}

fn header(draws: &mut Vec<Draw>, page: usize, quote: &Quote) {
    let date = quote.date.strftime("%d/%m/%y").to_string();
    let mut put = |x: f32, y: f32, text: &str| {
        if !text.is_empty() {
            draws.push(Draw::new(page, x, y, text));
        }
    };
    put(422.0, 48.0, "Distribuidora Modelo de Acessórios Ltda");
    put(469.0, 62.0, "CNPJ: 00.000.000/0001-91");
    // Labels first, values later: only the coordinates tell which belongs to which.
    put(238.0, 105.0, "Orçamento Nº:");
    put(28.0, 128.0, "Código:");
    put(150.0, 128.0, "Data:");
    put(300.0, 128.0, "Condição de Pagto:");
    put(28.0, 141.0, "Cliente:");
    put(310.0, 141.0, "Forma de Pagto:");
    put(28.0, 153.0, "Vendedor:");
    put(282.0, 153.0, "Validade do Orçamento:");
    put(378.0, 153.0, &format!("{date} - 0 dia(s)"));
    put(315.0, 105.0, &quote.number);
    put(61.0, 128.0, &quote.customer_code);
    put(175.0, 128.0, &date);
    put(63.0, 141.0, &quote.customer);
    put(376.0, 141.0, "BOLETO");
    put(76.0, 153.0, &quote.seller);
}

fn table_header(draws: &mut Vec<Draw>, page: usize, style: Style) {
    let columns = [
        (35.0, "Código"),
        (157.0, "Produto"),
        (375.0, "Unid."),
        (419.0, "Quant."),
        (468.0, "Valor"),
        (551.0, "Total"),
    ];
    for (x, name) in columns {
        draws.push(Draw::new(page, x + style.shift, 198.0, name));
    }
}

/// Draws one row and says how high it is.
fn row(draws: &mut Vec<Draw>, page: usize, y: f32, item: &QuoteLine, style: Style) -> f32 {
    let cells = cells(item, style);
    if style.layout == Layout::OneText {
        let text = format!("{} {} {}", item.code, item.description, cells.join(" "));
        draws.push(Draw::new(page, 36.0 + style.shift, y, &text));
        return style.pitch;
    }
    let lines = wrapped(&item.description, style.wrapping);
    let extra = (lines.len() - 1) as f32 * LEADING;
    // Where the code and the description are one run, that is the first line.
    let middle = matches!(style.wrapping, Wrapping::Middle(_)) && style.layout != Layout::Slashes;
    let cells_y = if middle { y + extra / 2.0 } else { y };
    let mut put = |x: f32, y: f32, text: &str| draws.push(Draw::new(page, x + style.shift, y, text));
    let right = |edge: f32, text: &str| edge - width(text);
    let [unit, quantity, price, total] = &cells;

    if style.layout == Layout::Slashes {
        put(36.0, cells_y, &format!("{} / {}", item.code, lines[0]));
    } else {
        put(36.0, cells_y, &item.code);
        put(DESCRIPTION, y, &lines[0]);
    }
    for (line, text) in (1u8..).zip(&lines[1..]) {
        put(DESCRIPTION, y + f32::from(line) * LEADING, text);
    }
    put(right(433.0, quantity), cells_y, quantity);
    put(right(494.0, price), cells_y, price);
    put(right(566.0, total), cells_y, total);
    put(377.0, cells_y, unit);
    let slashes = [60.0, 365.0, 405.0, 452.0, 510.0];
    match style.layout {
        Layout::Slashes => slashes[1..].iter().for_each(|x| put(*x, cells_y, "/")),
        Layout::SlashesTogether => {
            let pieces = slashes.iter().map(|x| (x + style.shift, "/".to_owned())).collect();
            draws.push(Draw { pieces, ..Draw::new(page, 0.0, cells_y, "") });
        }
        _ => {}
    }
    style.pitch + extra
}

fn cells(item: &QuoteLine, style: Style) -> [String; 4] {
    let money = |value| {
        let text = format::amount(Lang::PtBr, value);
        if style.marks { text } else { text.replace('.', "") }
    };
    let quantity = format::quantity(Lang::PtBr, item.quantity);
    let quantity = if quantity.len() == 1 { format!("0{quantity}") } else { quantity };
    [item.unit.clone(), quantity, money(item.unit_price), money(item.total)]
}

fn wrapped(text: &str, wrapping: Wrapping) -> Vec<String> {
    let (Wrapping::Top(most) | Wrapping::Middle(most)) = wrapping else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= most {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn footer(draws: &mut Vec<Draw>, page: usize, y: f32, quote: &Quote) {
    let amounts =
        [("VALOR TOTAL", quote.total), ("DESCONTO", quote.discount), ("VALOR A PAGAR", quote.payable)];
    for (line, (name, amount)) in (0u8..).zip(amounts) {
        let y = y + f32::from(line) * 1.6 * SIZE;
        let amount = format!("R$ {}", format::amount(Lang::PtBr, amount));
        draws.push(Draw::new(page, 435.0, y, name));
        draws.push(Draw::new(page, 566.0 - width(&amount), y, &amount));
    }
}
