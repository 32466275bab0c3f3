//! What people and printers put beyond the table: stamps, marks, words below the totals. What may change the quote stops
//! it; what stands on any paper does not.

use pdf_text::Run;

use super::columns::Columns;
use super::layout::{Line, key};
use super::row;
use super::words::{is_nothing_more, is_page, page_number};
use crate::quotes::leftover::LeftoverKind;

/// Parts of words that say that a paper, or something on it, counts no longer.
const WARNINGS: [&str; 22] = [
    "cancelad",
    "cancelar",
    "cancelled",
    "canceled",
    "anulad",
    "anular",
    "substituid",
    "substituio",
    "substituir",
    "semefeito",
    "semvalidade",
    "desconsider",
    "invalid",
    "naosepar",
    "naoentreg",
    "naofatur",
    "naomand",
    "naoenvi",
    "naovale",
    "estornad",
    "devolvid",
    "desisti",
];

/// Parts of what is printed on papers of any business, and says nothing of the goods.
const USUAL: [&str; 44] = [
    "obrigad",
    "agradec",
    "preferencia",
    "voltesempre",
    "valorfiscal",
    "documentofiscal",
    "validade",
    "validopor",
    "assinatura",
    "assinado",
    "cnpj",
    "cpf",
    "inscricao",
    "telefone",
    "fone",
    "whatsapp",
    "email",
    "www",
    "http",
    "file",
    "impresso",
    "impressao",
    "emitido",
    "emissao",
    "usuario",
    "sistema",
    "pagina",
    "cep",
    "endereco",
    "avenida",
    "trocasedevolucoes",
    "garantia",
    "condicoes",
    "condicaode",
    "formade",
    "prazode",
    "dadosbancarios",
    "chavepix",
    "agencia",
    "precossujeitos",
    "sujeitoa",
    "disponibilidade",
    "horario",
    "continua",
];

/// Names of a count of the items, or of their units.
const COUNTS: [&str; 14] = [
    "itens",
    "totaldeitens",
    "totaldositens",
    "totalitens",
    "qtdeitens",
    "qtdeditens",
    "qtddeitens",
    "qtdedeitens",
    "quantidadedeitens",
    "numerodeitens",
    "totaldeprodutos",
    "totaldepecas",
    "quantidadetotal",
    "qtdetotal",
];

/// What papers are marked with as a whole, in whatever ink.
const MARKS: [&str; 9] = [
    "copia",
    "2via",
    "2avia",
    "segundavia",
    "orcamento",
    "rascunho",
    "confidencial",
    "modelo",
    "naoedocumentofiscal",
];

/// Ink this light, in each part, is a watermark's.
const PALE: u8 = 150;
/// The parts of a grey differ less.
const GREY: u8 = 40;
/// Words below the totals are not much larger than the rest of the paper.
const LARGER: f32 = 1.5;
/// A title stands at most so many font sizes above what it is the title of.
const TITLE: f32 = 4.0;
/// Text of a margin runs up or down within so many degrees.
const UPRIGHT: f32 = 3.0;

/// Whether a text says that the paper, or something on it, counts no longer.
pub fn is_warning(text: &str) -> bool {
    let named = key(text);
    WARNINGS.iter().any(|warning| named.contains(warning))
}

/// What a text that stands askew, or large below the others, is.
pub fn mark(runs: &[&Run]) -> LeftoverKind {
    let text: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
    let pale = runs.iter().all(|run| run.ink.iter().all(|part| *part >= PALE));
    // What a program prints along the margin: its name, its address.
    let upright = runs.iter().all(|run| (run.angle.abs() - 90.0).abs() <= UPRIGHT && run.size < 9.0);
    if is_warning(&text.join(" ")) {
        LeftoverKind::Warning
    } else if pale || upright || MARKS.contains(&&*key(&text.join(""))) {
        LeftoverKind::Mark
    } else {
        LeftoverKind::Askew
    }
}

/// How many items a quote has, as a paper may count them.
pub struct Counted {
    pub lines: usize,
    /// The sum of quantities, without needless zeros.
    pub units: String,
}

/// What the lines below the totals are, as far as they are told; `usual` is the size of the table.
pub fn below(
    lines: &[&Line<'_>],
    columns: &Columns,
    counted: &Counted,
    is_known: impl Fn(&Line<'_>) -> bool,
) -> Vec<(LeftoverKind, String)> {
    let like_a_row =
        |line: &Line<'_>| row::read(line, columns, usize::MAX).is_some() || Columns::read(line).is_some();
    let mut told = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let text = line.text();
        let next = lines.get(at + 1);
        let is_title = next.is_some_and(|next| {
            next.page == line.page && next.y - line.y <= TITLE * columns.size && like_a_row(next)
        });
        let numbers_its_page = next.is_none_or(|next| next.page != line.page) && is_page(line);
        let kind = if is_warning(&text) {
            LeftoverKind::Warning
        } else if row::read(line, columns, usize::MAX).is_some() {
            LeftoverKind::BelowTotals
        } else if numbers_its_page || is_known(line) || is_usual(line, &text, columns, counted) {
            continue;
        } else if is_title || like_a_row(line) {
            LeftoverKind::BelowTotals
        } else {
            LeftoverKind::Below
        };
        told.push((kind, text));
    }
    told
}

/// Whether a line is what any paper has below its totals.
fn is_usual(line: &Line<'_>, text: &str, columns: &Columns, counted: &Counted) -> bool {
    let named = key(text);
    let plain = line.runs.iter().all(|run| run.size <= LARGER * columns.size && !is_coloured(run.ink));
    let is_printed_at = text.contains(':') && text.chars().all(|letter| !letter.is_alphabetic());
    plain
        && (named.is_empty()
            || is_printed_at
            || page_number(text).is_some()
            || is_nothing_more(text)
            || is_count(text, counted)
            || (USUAL.iter().any(|usual| named.contains(usual)) && !line.large))
}

fn is_coloured(ink: [u8; 3]) -> bool {
    let [red, green, blue] = ink;
    red.max(green).max(blue) - red.min(green).min(blue) > GREY
}

/// Whether it counts the items, and rightly.
fn is_count(text: &str, counted: &Counted) -> bool {
    let Some(at) = text.find(|letter: char| letter.is_ascii_digit()) else { return false };
    let (name, number) = text.split_at(at);
    let number = number.trim();
    COUNTS.contains(&&*key(name))
        && (number.trim_start_matches('0') == counted.lines.to_string()
            || number.replace('.', "") == counted.units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_no_longer_is_known_in_any_spelling() {
        for text in [
            "CANCELADO",
            "C A N C E L A D O",
            "Orçamento substituído pelo nº 5",
            "NÃO SEPARAR!",
            "sem  efeito",
        ] {
            assert!(is_warning(text), "{text}");
        }
        for text in ["RETIRADA NA LOJA", "VALIDADE 5 DIAS", "Substância", "VALOR TOTAL"] {
            assert!(!is_warning(text), "{text}");
        }
    }

    #[test]
    fn a_count_of_the_items_must_be_right() {
        let counted = Counted { lines: 6, units: "110".to_owned() };
        for (text, right) in [
            ("Total de itens: 6", true),
            ("Itens: 06", true),
            ("Total de peças 110", true),
            ("Total de itens 7", false),
        ] {
            assert_eq!(is_count(text, &counted), right, "{text}");
        }
    }
}
