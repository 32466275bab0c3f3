//! A plain PDF of a quote, for orders that never were on paper.

use std::fmt::Write as _;

use crate::html::format;
use crate::lang::Lang;
use crate::orders::queries::import::NewOrder;

/// Lines of text on a page.
const LINES: usize = 60;

pub fn pdf(order: &NewOrder, seller: &str) -> Vec<u8> {
    let money = |cents| format::money(Lang::PtBr, cents);
    let mut lines = vec![
        format!(
            "Orçamento Nº: {}    Data: {}",
            order.number.as_deref().unwrap_or("0"),
            format::date(order.quote_date)
        ),
        format!("Código: {}    Cliente: {}", order.customer_code, order.customer),
        format!("Vendedor: {seller}"),
        String::new(),
    ];
    lines.extend(order.items.iter().map(|item| {
        let quantity = format::quantity(Lang::PtBr, item.quantity);
        let (price, total) = (format::price(Lang::PtBr, item.unit_price), money(item.total_cents));
        format!("{} / {} / {} / {quantity} / {price} / {total}", item.code, item.description, item.unit)
    }));
    lines.push(String::new());
    lines.push(format!("VALOR TOTAL {}", money(order.total_cents)));
    lines.push(format!("DESCONTO {}", money(order.discount_cents)));
    lines.push(format!("VALOR A PAGAR {}", money(order.payable_cents)));
    let pages: Vec<Vec<u8>> = lines.chunks(LINES).map(page).collect();
    document(&pages)
}

/// The drawing of one page, in Windows-1252 as its font says.
fn page(lines: &[String]) -> Vec<u8> {
    let mut stream = b"BT /F1 9 Tf 12 TL 40 800 Td\n".to_vec();
    for line in lines {
        stream.push(b'(');
        for letter in line.chars() {
            if matches!(letter, '(' | ')' | '\\') {
                stream.push(b'\\');
            }
            // The first 256 letters of Unicode are Latin 1, which Windows-1252 shares.
            stream.push(u8::try_from(u32::from(letter)).unwrap_or(b'?'));
        }
        stream.extend_from_slice(b") Tj T*\n");
    }
    stream.extend_from_slice(b"ET");
    stream
}

fn document(pages: &[Vec<u8>]) -> Vec<u8> {
    let kids = pages.iter().enumerate().fold(String::new(), |mut kids, (index, _)| {
        let _ = write!(kids, "{} 0 R ", 4 + 2 * index);
        kids
    });
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    for (index, stream) in pages.iter().enumerate() {
        let content = 5 + 2 * index;
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] \
                 /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
            )
            .into_bytes(),
        );
        let mut object = format!("<< /Length {} >>\nstream\n", stream.len()).into_bytes();
        object.extend_from_slice(stream);
        object.extend_from_slice(b"\nendstream");
        objects.push(object);
    }
    assemble(&objects)
}

fn assemble(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    file
}
