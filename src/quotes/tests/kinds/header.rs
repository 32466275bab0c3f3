//! Headers that are laid out otherwise.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::{assert_exact, assert_stopped, draws, quote, read_draws};
use crate::quotes::LeftoverKind;
use crate::quotes::tests::paper::Draw;
use crate::quotes::tests::report::{Style, draw};

/// The draws without those of the header, and with others instead.
fn with_header(lines: &[(f32, f32, &str)]) -> Vec<Draw> {
    let mut draws = draws();
    draws.retain(|draw| draw.y > 160.0);
    draws.extend(lines.iter().map(|(x, y, text)| Draw::new(0, *x, *y, text)));
    draws
}

#[test]
fn several_labels_may_stand_in_one_run() {
    let quote = quote();
    let number = format!("Orçamento Nº: {}", quote.number);
    let code = format!("Código: {} Data: 22/10/25 Condição de Pagto: A VISTA", quote.customer_code);
    let customer = format!("Cliente: {} Forma de Pagto: BOLETO", quote.customer);
    let seller = format!("Vendedor: {} Validade do Orçamento: 22/10/25 - 0 dia(s)", quote.seller);
    let lines =
        [(28.0, 105.0, &*number), (28.0, 128.0, &*code), (28.0, 141.0, &*customer), (28.0, 153.0, &*seller)];
    assert_exact(&read_draws(&with_header(&lines)), &quote, "each line is one run");
    let labels = [
        (28.0, 105.0, &*number),
        (28.0, 128.0, "Código:           Data:"),
        (61.0, 128.0, &*quote.customer_code),
        (125.0, 128.0, "22/10/25"),
        (28.0, 141.0, &*customer),
        (28.0, 153.0, &*seller),
    ];
    assert_exact(&read_draws(&with_header(&labels)), &quote, "two labels with their values between");
}

#[test]
fn the_date_of_printing_is_not_the_quote_s() {
    for (x, y, text) in [
        (28.0, 30.0, "Data: 05/11/25 10:31"),
        (28.0, 30.0, "Data: 05/11/25"),
        (28.0, 105.0, "Data: 05/11/25 10:31"),
        (28.0, 30.0, "Impresso em: 05/11/25"),
    ] {
        let mut draws = draws();
        draws.push(Draw::new(0, x, y, text));
        assert_exact(&read_draws(&draws), &quote(), text);
    }
    // Where it is the only one, a person decides.
    let mut draws = draws();
    draws.retain(|draw| draw.pieces[0].1 != "22/10/25");
    draws.push(Draw::new(0, 28.0, 30.0, "Data: 05/11/25 10:31"));
    let reading = read_draws(&draws);
    assert_eq!(reading.quote.date, date(2025, 11, 5));
    assert_stopped(&reading, LeftoverKind::Header, "05/11/2025", "the only date");
}

#[test]
fn a_name_may_go_on_in_a_second_line_and_a_person_is_asked() {
    let mut quote = quote();
    quote.customer = "COMERCIO DE ELETRONICOS E".to_owned();
    let mut draws = draw(&quote, Style::PLAIN);
    draws.push(Draw::new(0, 63.0, 147.0, "ACESSORIOS DO VALE LTDA"));
    let reading = read_draws(&draws);
    assert_eq!(reading.quote.customer, "COMERCIO DE ELETRONICOS E ACESSORIOS DO VALE LTDA");
    assert_stopped(&reading, LeftoverKind::Joined, "ACESSORIOS", "below the name");
    let mut draws = draw(&quote, Style::PLAIN);
    draws.push(Draw::new(0, 28.0, 147.0, "ACESSORIOS DO VALE LTDA"));
    assert_stopped(&read_draws(&draws), LeftoverKind::Header, "ACESSORIOS", "below the label");
    let mut draws = draw(&quote, Style::PLAIN);
    draws.push(Draw::new(0, 28.0, 170.0, "Cliente: OUTRA LOJA"));
    assert_stopped(&read_draws(&draws), LeftoverKind::Header, "OUTRA LOJA", "two customers");
}

#[test]
fn a_discount_is_printed_with_or_without_its_minus_and_prices_have_six_decimals() {
    let mut quote = quote();
    quote.discount = Decimal::new(1530, 2);
    quote.payable = quote.total - quote.discount;
    for printed in ["R$ 15,30", "R$ -15,30", "-R$ 15,30", "R$ (15,30)", "R$ 15,30-"] {
        let mut draws = draw(&quote, Style::PLAIN);
        draws.iter_mut().find(|draw| draw.pieces[0].1 == "R$ 15,30").unwrap().pieces[0].1 =
            printed.to_owned();
        assert_exact(&read_draws(&draws), &quote, printed);
    }
    let mut quote = super::quote();
    quote.items[1].unit_price = Decimal::new(34_567, 6);
    quote.items[1].total = Decimal::new(104, 2);
    quote.total += Decimal::new(104, 2);
    quote.payable = quote.total;
    assert_exact(&read_draws(&draw(&quote, Style::PLAIN)), &quote, "0,034567");
}

#[test]
fn a_name_that_holds_a_label_is_told() {
    for name in [
        "LOJA Data: CERTA LTDA",
        "LOJA Código: NOVO",
        "LOJA Forma de Pagamentos ME",
        "BAR Vendedor: AMIGO",
        "ÓTICA Validade do Ora",
        "LOJA DO EXEMPLO CPF: 123.456.789-00",
    ] {
        let mut quote = quote();
        quote.customer = name.to_owned();
        let reading = read_draws(&draw(&quote, Style::PLAIN));
        assert_stopped(&reading, LeftoverKind::Header, name, name);
        let line = format!("Cliente: {name}");
        let mut draws = draw(&quote, Style::PLAIN);
        draws.retain(|draw| draw.y != 141.0);
        draws.push(Draw::new(0, 28.0, 141.0, &line));
        draws.push(Draw::new(0, 310.0, 141.0, "Forma de Pagto:"));
        assert_stopped(&read_draws(&draws), LeftoverKind::Header, name, &line);
    }
    // The next label, into which the name runs.
    let mut quote = quote();
    quote.customer = "COMERCIO DE ELETRONICOS DO VALE LTDA".to_owned();
    let mut draws = draw(&quote, Style::PLAIN);
    draws.retain(|draw| draw.y != 141.0 || draw.pieces[0].0 < 60.0);
    draws.push(Draw::new(0, 63.0, 141.0, "COMERCIO DE ELETRONICOS DO VALE LTDAForma de Pagto:"));
    assert_exact(&read_draws(&draws), &quote, "glued");
}

#[test]
fn a_year_that_no_quote_is_of_is_told() {
    let with_date = |text: &str| {
        let mut draws = draws();
        for draw in draws.iter_mut().filter(|draw| draw.pieces[0].1 == "22/10/25") {
            draw.pieces[0].1 = text.to_owned();
        }
        draws
    };
    assert_exact(&read_draws(&with_date("22/10/2025")), &quote(), "four digits");
    for (text, told) in
        [("22/10/98", "22/10/2098"), ("22/10/1925", "22/10/1925"), ("22/10/0025", "22/10/0025")]
    {
        assert_stopped(&read_draws(&with_date(text)), LeftoverKind::Date, told, text);
    }
    // What is no date is not guessed at.
    for text in ["22/10/5", "22/10/202", "122/10/25", "22/10"] {
        let refusal = crate::quotes::read(&crate::quotes::tests::paper::pdf(
            &with_date(text),
            crate::quotes::tests::paper::Producer::PLAIN,
        ));
        assert_eq!(refusal.unwrap_err(), crate::quotes::Refusal::HeaderUnreadable, "{text}");
    }
}

#[test]
fn letters_in_the_customer_s_code_are_told() {
    for code in ["OO0123", "00012B"] {
        let mut quote = quote();
        quote.customer_code = code.to_owned();
        let reading = read_draws(&draw(&quote, Style::PLAIN));
        assert_eq!(reading.quote, quote);
        assert_stopped(&reading, LeftoverKind::Header, code, code);
    }
}

#[test]
fn a_label_that_each_paper_has_is_missed() {
    for (label, name) in [("Pedido:", "Orçamento Nº"), ("Representante:", "Vendedor")] {
        let mut draws = draws();
        let own = draws.iter_mut().find(|draw| draw.pieces[0].1.starts_with(name)).unwrap();
        own.pieces[0].1 = label.to_owned();
        assert_stopped(&read_draws(&draws), LeftoverKind::Label, name, label);
    }
    for label in ["Nº Orçamento:", "Orçamento Nr.:", "Número do Orçamento:"] {
        let mut draws = draws();
        let own = draws.iter_mut().find(|draw| draw.pieces[0].1.starts_with("Orçamento Nº")).unwrap();
        own.pieces[0] = (315.0 - 4.0 * (label.chars().count() as f32 + 1.0), label.to_owned());
        assert_exact(&read_draws(&draws), &quote(), label);
    }
}

#[test]
fn a_number_apart_from_its_label_is_told() {
    let mut draws = draws();
    let number = quote().number;
    draws.iter_mut().find(|draw| draw.pieces[0].1 == number).unwrap().y += 10.0;
    assert_stopped(&read_draws(&draws), LeftoverKind::Header, &number, "below its label");
}

#[test]
fn two_dates_beside_the_customer_s_code_are_told() {
    let mut draws = draws();
    draws.extend([Draw::new(0, 220.0, 128.0, "Data:"), Draw::new(0, 245.0, 128.0, "25/10/25")]);
    let code = draws.iter().find(|draw| draw.pieces[0].1 == quote().customer_code).unwrap().y;
    draws.iter_mut().filter(|draw| draw.y == 128.0).for_each(|draw| draw.y = code);
    assert_stopped(&read_draws(&draws), LeftoverKind::Header, "25/10/2025", "two dates");
}

#[test]
fn text_printed_over_the_header_is_told() {
    for (x, y, text) in [
        (40.0, 128.0, "00099"),
        (66.0, 128.0, "99"),
        (61.0, 153.0, "(2)"),
        (73.0, 153.0, "10"),
        (70.0, 141.0, "COPIA"),
    ] {
        let mut draws = draws();
        let line = draws
            .iter()
            .map(|draw| draw.y)
            .min_by(|one, other| (one - y).abs().total_cmp(&(other - y).abs()));
        draws.push(Draw::new(0, x, line.unwrap(), text));
        let reading = read_draws(&draws);
        let told = reading.leftovers.iter().any(|left| left.kind == LeftoverKind::Header);
        assert!(told, "{text}: {:?}", reading.quote);
    }
}
