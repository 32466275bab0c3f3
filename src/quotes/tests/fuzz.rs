//! Whatever runs a page holds, reading them ends without a panic.

use pdf_text::{Run, Sight};
use proptest::prelude::*;

use crate::quotes::reader::read_runs;

const TEXTS: &[&str] = &[
    "Código",
    "Produto",
    "Unid.",
    "Quant.",
    "Valor",
    "Total",
    "Código Produto Unid. Quant. Valor Total",
    "Orçamento Nº:",
    "Código:",
    "Data:",
    "22/10/25",
    "99/99/9999",
    "Cliente:",
    "LOJA",
    "Vendedor:",
    "VALOR TOTAL",
    "DESCONTO",
    "/",
    "//",
    "VALOR A PAGAR",
    "R$ 1.707,00",
    "R$",
    "00010",
    "00010 / CB11 --> CABO / UN / 20 / 4,50 / 90,00",
    "UN",
    "30",
    "3,50",
    "00010 FONE UN 30 3,50 105,00",
    "105,00",
    "-",
    ",",
    "Página 1",
    "ÇÃO",
    "FO11 --> FONE",
    "\u{1F600}",
    "Orçamento Nº 7",
];

fn coordinate() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => (0u16..12).prop_map(|step| f32::from(step) * 50.0),
        4 => 0.0f32..900.0,
        1 => any::<f32>(),
        1 => Just(f32::NAN),
        1 => Just(f32::INFINITY),
    ]
}

fn at(page: usize, show: usize, text: &str, [left, right, y, size]: [f32; 4]) -> Run {
    let count = text.chars().count();
    let edges = (0..count).map(|at| left + (right - left) * at as f32 / count as f32).collect();
    let sight = [Sight::Seen, Sight::Seen, Sight::Invisible, Sight::Slanted][show % 4];
    Run {
        page,
        show,
        text: text.to_owned(),
        edges,
        left,
        right,
        y,
        size,
        angle: 0.0,
        ink: [0; 3],
        sight,
        struck: 0,
        faint: false,
    }
}

fn run() -> impl Strategy<Value = Run> {
    let text = prop_oneof![6 => prop::sample::select(TEXTS).prop_map(str::to_owned), 1 => "\\PC{1,20}"];
    (
        0usize..3,
        0usize..200,
        text,
        coordinate(),
        coordinate(),
        coordinate(),
        prop_oneof![Just(8.0f32), any::<f32>()],
    )
        .prop_map(|(page, show, text, left, right, y, size)| {
            self::at(page, show, &text, [left, right, y, size])
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_runs_are_read_or_refused(runs in prop::collection::vec(run(), 0..120), header in any::<bool>()) {
        let mut runs = runs;
        if header {
            for (x, text) in [(35.0, "Código"), (157.0, "Produto"), (375.0, "Unid."), (419.0, "Quant."), (468.0, "Valor"), (551.0, "Total"), (0.0, "Cliente: A")] {
                runs.push(at(0, 0, text, [x, x + 20.0, 100.0, 8.0]));
            }
        }
        let _answer = read_runs(&runs, &[]);
    }
}
