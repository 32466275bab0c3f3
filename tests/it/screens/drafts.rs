//! Drafts and a preview to look at.

use separacao::html::Choice;
use separacao::ids::DraftId;
use separacao::quotes::views::{
    Cell, DraftRow, DraftState, PreviewForm, PreviewLeftover, PreviewLine, PreviewProblem, ShippingChoice,
};

use super::data::{minutes_ago, uuid};

pub fn drafts() -> Vec<DraftRow> {
    let states = [
        DraftState::Ready,
        DraftState::Incomplete,
        DraftState::NeedsCorrection(2),
        DraftState::LookFirst("Os valores conferem. Há 1 aviso: abra antes de confirmar".to_owned()),
        DraftState::Duplicate("O pedido 30567 já está aberto".to_owned()),
    ];
    let one = |(n, state): (usize, DraftState)| DraftRow {
        id: DraftId(uuid(900 + n as u128)),
        file_name: format!("orcamento_{}.pdf", 41002 + n),
        number: (n != 1).then(|| (41002 + n).to_string()),
        customer: "CLIENTE BALCAO".to_owned(),
        seller: "Marina Alves".to_owned(),
        lines: 11,
        payable: "R$ 1.707,00".to_owned(),
        at: minutes_ago(20),
        importer: "Marina Alves".to_owned(),
        version: 1,
        state,
    };
    states.into_iter().enumerate().map(one).collect()
}

pub fn cell(name: &str, read: &str) -> Cell {
    Cell { name: name.to_owned(), read: read.to_owned(), value: read.to_owned(), problem: None }
}

pub fn head() -> Vec<Cell> {
    vec![
        cell("number", "41002"),
        cell("customer_code", "000001"),
        cell("customer", "CLIENTE BALCAO"),
        cell("date", "22/10/2025"),
    ]
}

pub fn lines(wrong: bool) -> Vec<PreviewLine> {
    let rows = [
        ["02958", "PELICULA 3D --> SAM A07", "UN", "3", "1,20", "3,60"],
        ["02525", "LIMPA TELA (1 - 53) - 375 UNIDADES", "UN", "50", "3,50", "175,00"],
        ["00293", "PELICULA TABLET PAD SE 15\"", "UN", "40", "1,20", "48,00"],
        ["04171", "CJ-42--> SUPORTE VEICULAR", "UN", "15", "6,50", "97,50"],
        ["02198", "3D -->XIAOMI REDMI 30C", "UN", "25", "0,85", "21,25"],
        ["02609", "PELICULA 3D --> SAM A25", "UN", "20", "20,00", "400,00"],
    ];
    let names = ["code", "description", "unit", "quantity", "unit_price", "total"];
    let line = |(n, row): (usize, [&str; 6])| {
        let number = n as i64 + 1;
        let mut cells: [Cell; 6] =
            std::array::from_fn(|at| cell(&format!("line-{number}-{}", names[at]), row[at]));
        let is_wrong = wrong && number == 4;
        if is_wrong {
            "97,00".clone_into(&mut cells[5].value);
            cells[5].problem = Some("15 × 6,50 dá 97,50".to_owned());
        }
        PreviewLine {
            name: number.to_string(),
            number,
            cells,
            problem: is_wrong.then(|| "15 × 6,50 dá 97,50, no papel está 97,00".to_owned()),
            added: false,
            may_be_dropped: false,
            dropped: false,
        }
    };
    rows.into_iter().enumerate().map(line).collect()
}

pub fn totals() -> Vec<Cell> {
    vec![cell("total", "R$ 745,35"), cell("discount", "R$ 0,00"), cell("payable", "R$ 745,35")]
}

pub fn problems() -> Vec<PreviewProblem> {
    vec![PreviewProblem {
        anchor: "line-4".to_owned(),
        sentence: "Item 4: 15 × 6,50 dá 97,50, no papel está 97,00".to_owned(),
    }]
}

pub fn leftovers() -> Vec<PreviewLeftover> {
    let open = PreviewLeftover {
        at: 1,
        sentence: "Uma linha entre o cabeçalho e os totais não foi entendida: \"CANETA BRINDE\".".to_owned(),
        may_be_an_item: true,
        is_apart: true,
        struck: false,
        item: None,
    };
    let item = PreviewLeftover { at: 2, item: Some("É o item 5".to_owned()), ..open.clone() };
    let struck = PreviewLeftover { at: 3, struck: true, ..open.clone() };
    vec![open, item, struck]
}

pub fn choices(names: &[&str]) -> Vec<Choice> {
    let one = |(n, name): (usize, &&str)| Choice {
        value: uuid(n as u128 + 1).to_string(),
        name: (*name).to_owned(),
    };
    names.iter().enumerate().map(one).collect()
}

pub fn shippings() -> Vec<ShippingChoice> {
    let one = |(n, name): (usize, &str)| ShippingChoice {
        value: uuid(501 + n as u128).to_string(),
        name: name.to_owned(),
        allows: uuid(2).to_string(),
        makes_urgent: name == "Cliente na loja",
    };
    ["Motoboy", "Correios", "Ônibus", "Cliente na loja"].into_iter().enumerate().map(one).collect()
}

pub fn form() -> PreviewForm {
    PreviewForm {
        shipping: Some(uuid(501).to_string()),
        packaging: Some(uuid(1).to_string()),
        remember_alias: true,
        ..PreviewForm::default()
    }
}
