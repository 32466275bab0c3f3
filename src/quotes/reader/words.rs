//! What else is printed on a quote's pages: their numbers, and the words that say that a table goes on.

use super::layout::{Line, key};
use crate::quotes::numbers::parse_money;

/// A line that says that the table goes on or was carried forward, beside its amounts.
const CARRIED: [&str; 18] = [
    "continua",
    "continuacao",
    "cont",
    "continuanaproximapagina",
    "continuanapaginaseguinte",
    "continuacaodapaginaanterior",
    "transporte",
    "atransportar",
    "transportado",
    "transportedapaginaanterior",
    "transporteparaaproximapagina",
    "subtotal",
    "subtotaldapagina",
    "totaldapagina",
    "totalparcial",
    "desubtotal",
    "vemdapaginaanterior",
    "saldoanterior",
];

/// Whether a text only says that the table goes on or was carried forward.
pub fn is_carried(text: &str) -> bool {
    let words: String =
        text.chars().filter(|letter| letter.is_alphabetic() || letter.is_whitespace()).collect();
    let named = key(&words);
    let named = named.strip_suffix('r').filter(|_| text.contains("R$")).unwrap_or(&named);
    CARRIED.contains(&named)
}

/// What may be added to a total besides the goods.
const ADDED: [&str; 9] =
    ["frete", "acrescimo", "acrescimos", "ipi", "st", "icmsst", "seguro", "outrasdespesas", "despesas"];

/// Whether a text says that nothing is added for freight or the like.
pub fn is_nothing_more(text: &str) -> bool {
    let Some(at) = text.find(|letter: char| letter.is_ascii_digit()) else { return false };
    let (name, amount) = text.split_at(at);
    let named = key(name.trim_end().trim_end_matches("R$"));
    ADDED.contains(&&*named) && parse_money(amount).is_some_and(|amount| amount.is_zero())
}

/// The number of a page as printed, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber {
    pub number: usize,
    pub of: Option<usize>,
}

/// "Página 1", "Pág. 1/3", "Folha 1 de 3", and without a word only "1/3" or "1 de 3".
pub fn page_number(text: &str) -> Option<PageNumber> {
    let text = key(&text.replace('/', " de "));
    let labels = ["pagina", "pag", "pg", "folha", "fl", "page"];
    let labelled = labels.iter().find_map(|label| text.strip_prefix(label));
    let rest = labelled.unwrap_or(&text);
    let (number, of) = match rest.split_once("de") {
        Some((number, of)) => (number, Some(of)),
        None => (rest, None),
    };
    let parse = |digits: &str| digits.parse().ok().filter(|number| (1..1000).contains(number));
    let of = match of {
        Some(of) => Some(parse(of)?),
        None => None,
    };
    (labelled.is_some() || of.is_some()).then_some(PageNumber { number: parse(number)?, of })
}

/// How far from a page's edge its number is sought, in lines.
const FROM_TOP: usize = 4;
const FROM_BOTTOM: usize = 3;

/// The number printed on a page: at its foot, else at its head; alone on its line, or at the line's end.
pub fn number_of(lines: &[Line<'_>]) -> Option<PageNumber> {
    let foot = lines.iter().rev().take(FROM_BOTTOM);
    let head = lines.iter().take(FROM_TOP.min(lines.len().saturating_sub(FROM_BOTTOM)));
    foot.chain(head).find_map(|line| {
        let by_itself = page_number(&line.text());
        let at_end = || {
            let last = line.runs.last().filter(|_| line.runs.len() > 1)?;
            let starts = last.text.to_lowercase();
            page_number(&last.text).filter(|_| starts.starts_with('p') || starts.starts_with('f'))
        };
        by_itself.or_else(at_end)
    })
}

/// Words that stand in any document of a Brazilian business.
const USUAL: [&str; 40] = [
    "de",
    "do",
    "da",
    "dos",
    "das",
    "em",
    "para",
    "com",
    "por",
    "total",
    "valor",
    "data",
    "nota",
    "fiscal",
    "cnpj",
    "cpf",
    "cliente",
    "nome",
    "pedido",
    "produto",
    "codigo",
    "quantidade",
    "preco",
    "numero",
    "endereco",
    "telefone",
    "rua",
    "pagina",
    "empresa",
    "servico",
    "the",
    "of",
    "and",
    "for",
    "date",
    "price",
    "name",
    "page",
    "quote",
    "invoice",
];
/// Fewer words than this may miss all of them.
const FEWEST_WORDS: usize = 12;

/// Whether the text is made of words at all. Letters without a meaning of their own often come as those of another
/// alphabet, or all shifted.
pub fn is_language(lines: &[Line<'_>]) -> bool {
    let text: Vec<String> = lines.iter().map(Line::text).collect();
    let words: Vec<String> = text.iter().flat_map(|line| line.split_whitespace()).map(key).collect();
    let is_usual = |word: &String| USUAL.contains(&word.as_str());
    words.len() < FEWEST_WORDS || words.iter().any(is_usual)
}
