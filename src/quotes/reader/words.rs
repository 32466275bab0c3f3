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
    let (number, of) = match rest.split_once("de").or_else(|| rest.split_once("of")) {
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

/// Whether a line says no more than which page it stands on: "2", "- 2 -". Only at a page's foot it is that.
pub fn is_page(line: &Line<'_>) -> bool {
    line.text().trim_matches([' ', '-', '\u{2013}']) == (line.page + 1).to_string()
}

/// The fewest signs of a line that parts others.
const FEWEST_SIGNS: usize = 4;

/// Whether a line is drawn with signs: "--------", "= = = =".
pub fn is_separator(text: &str) -> bool {
    let signs = text.chars().filter(|letter| !letter.is_whitespace()).count();
    signs >= FEWEST_SIGNS && text.chars().all(|letter| " -_=*~.|+\u{2014}\u{2013}\u{2500}".contains(letter))
}

/// The digits of a barcode, at least.
const BARCODE: usize = 8;

/// What else is told of goods below their description, with a colon behind it.
const TOLD: [&str; 19] = [
    "validade",
    "val",
    "marca",
    "fabricante",
    "garantia",
    "serie",
    "anatel",
    "registro",
    "registroanatel",
    "referencia",
    "ref",
    "peso",
    "local",
    "localizacao",
    "estoque",
    "desconto",
    "codigo",
    "codbarras",
    "codigodebarras",
];

/// The same, with or without one.
const TOLD_PLAINLY: [&str; 6] = ["ncm", "ean", "gtin", "lote", "obs", "observacao"];

/// Whether a line below a description looks as if it told something else of the goods: "Lote: 123", a barcode.
pub fn is_annotation(text: &str) -> bool {
    let word = text.split([' ', ':']).next().map(key).unwrap_or_default();
    let named = text.split_once(':').is_some_and(|(name, _)| TOLD.contains(&key(name).as_str()));
    let digits = text.len() >= BARCODE && text.bytes().all(|byte| byte.is_ascii_digit());
    named || digits || TOLD_PLAINLY.contains(&word.as_str())
}

/// Two amounts at the end, as a row has.
pub fn ends_with_amounts(text: &str) -> bool {
    let mut words = text.rsplit(' ');
    let mut amount = || words.next().is_some_and(|word| word.contains(',') && parse_money(word).is_some());
    amount() && amount()
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
const USUAL: [&str; 51] = [
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
    "que",
    "uma",
    "nao",
    "pelo",
    "pela",
    "este",
    "esta",
    "contrato",
    "recibo",
    "you",
    "your",
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
