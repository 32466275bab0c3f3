//! Formatting of quantities, money, dates and times, and folding of text.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::text::is_blank;
use crate::clock::Zone;
use crate::lang::Lang;

/// The separators of thousands and of decimals.
pub(super) fn separators(lang: Lang) -> (char, char) {
    match lang {
        Lang::PtBr => ('.', ','),
        Lang::En => (',', '.'),
    }
}

/// Appends whole digits in groups of three.
fn push_grouped(text: &mut String, digits: &str, separator: char) {
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
}

/// A plain number (`-1234.5`) with the language's separators.
fn punctuated(lang: Lang, plain: &str) -> String {
    let (thousands, point) = separators(lang);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(plain.len() + 4);
    text.push_str(sign);
    push_grouped(&mut text, whole, thousands);
    if !decimals.is_empty() {
        text.push(point);
        text.push_str(decimals);
    }
    text
}

/// `1.234,5` in Portuguese, `1,234.5` in English; zeros at the end of the decimals are dropped.
pub fn quantity(lang: Lang, value: Decimal) -> String {
    punctuated(lang, &plain_quantity(value))
}

/// `38 min`; from an hour on `2 h 05`, with the thousands of its hours marked.
pub fn duration(lang: Lang, minutes: i64) -> String {
    if minutes < 60 {
        return format!("{minutes} min");
    }
    format!("{} h {:02}", quantity(lang, Decimal::from(minutes / 60)), minutes % 60)
}

/// The form a quantity has in forms and attributes: a point, no grouping, no zeros at the end.
pub fn plain_quantity(value: Decimal) -> String {
    value.normalize().to_string()
}

/// An amount of money as machines read it: a point, at least two decimals, never fewer than it has.
pub fn plain_amount(value: Decimal) -> String {
    let mut value = value.normalize();
    if value.scale() < 2 {
        value.rescale(2);
    }
    value.to_string()
}

/// `1.234,56` in Portuguese, `1,234.56` in English; at least two decimals, never fewer than it has.
pub fn amount(lang: Lang, value: Decimal) -> String {
    punctuated(lang, &plain_amount(value))
}

/// `R$ 1.234,56`, from cents.
pub fn money(lang: Lang, cents: i64) -> String {
    price(lang, Decimal::new(cents, 2))
}

/// `R$ 0,0345`: reais with at least two decimals, never fewer than the price has.
pub fn price(lang: Lang, reais: Decimal) -> String {
    let sign = if reais.is_sign_negative() && !reais.is_zero() { "-" } else { "" };
    format!("{sign}R$ {}", amount(lang, reais.abs()))
}

/// `22/10/2025`.
pub fn date(value: Date) -> String {
    format!("{:02}/{:02}/{:04}", value.day(), value.month(), value.year())
}

/// `14:32`.
pub fn time(at: Timestamp, zone: Zone) -> String {
    let local = zone.local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `22/10/2025 14:32`.
pub fn date_time(at: Timestamp, zone: Zone) -> String {
    local_date_time(zone.local(at))
}

/// The same for a local time.
pub fn local_date_time(local: DateTime) -> String {
    format!("{} {:02}:{:02}", date(local.date()), local.hour(), local.minute())
}

/// `14:32` on the day of `now`, else `22/10 14:32`.
pub fn short_time(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (then, today) = (zone.local(at), zone.local(now));
    if then.date() == today.date() {
        format!("{:02}:{:02}", then.hour(), then.minute())
    } else {
        format!("{:02}/{:02} {:02}:{:02}", then.day(), then.month(), then.hour(), then.minute())
    }
}

/// `às 14:32` on the day of `now`, else `em 22/10 às 14:32`: to go on in a sentence.
pub fn when(lang: Lang, at: Timestamp, now: Timestamp, zone: Zone) -> String {
    let (then, today) = (zone.local(at), zone.local(now));
    let time = format!("{:02}:{:02}", then.hour(), then.minute());
    if then.date() == today.date() {
        return lang.t_with("when.today", &[("time", &time)]);
    }
    let date = format!("{:02}/{:02}", then.day(), then.month());
    lang.t_with("when.other_day", &[("date", &date), ("time", &time)])
}

/// Folds text for comparing, sorting and searching: lower case, without accents, ligatures and
/// invisible characters. `folded` of `static/js/find.js` does the same for finding within an order.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let seen = text.nfkd().filter(|letter| !is_combining_mark(*letter) && !is_blank(*letter));
    seen.flat_map(char::to_lowercase).collect()
}

/// A path with its query.
pub fn address(path: &str, pairs: &[(&str, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Percent-encodes text for a query.
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1234.500", "1.234,5", "1,234.5")]
    #[case("30", "30", "30")]
    #[case("100.000", "100", "100")]
    #[case("1350", "1.350", "1,350")]
    #[case("0.125", "0,125", "0.125")]
    #[case("1234567.89", "1.234.567,89", "1,234,567.89")]
    #[case("-1234.5", "-1.234,5", "-1,234.5")]
    #[case("0", "0", "0")]
    fn quantities(#[case] value: &str, #[case] portuguese: &str, #[case] english: &str) {
        let value: Decimal = value.parse().unwrap();
        assert_eq!(quantity(Lang::PtBr, value), portuguese);
        assert_eq!(quantity(Lang::En, value), english);
    }

    #[rstest]
    #[case(123_456, "R$ 1.234,56", "R$ 1,234.56")]
    #[case(5, "R$ 0,05", "R$ 0.05")]
    #[case(-10_000, "-R$ 100,00", "-R$ 100.00")]
    #[case(100_000_000, "R$ 1.000.000,00", "R$ 1,000,000.00")]
    fn amounts(#[case] cents: i64, #[case] portuguese: &str, #[case] english: &str) {
        assert_eq!(money(Lang::PtBr, cents), portuguese);
        assert_eq!(money(Lang::En, cents), english);
    }

    #[rstest]
    #[case("0.0345", "R$ 0,0345", "R$ 0.0345")]
    #[case("3.500000", "R$ 3,50", "R$ 3.50")]
    #[case("1234.123456", "R$ 1.234,123456", "R$ 1,234.123456")]
    #[case("-0.5", "-R$ 0,50", "-R$ 0.50")]
    fn prices_keep_their_decimals(#[case] reais: Decimal, #[case] portuguese: &str, #[case] english: &str) {
        assert_eq!(price(Lang::PtBr, reais), portuguese);
        assert_eq!(price(Lang::En, reais), english);
    }

    #[test]
    fn instants_are_written_in_the_company_s_zone() {
        let zone = Zone::named("America/Sao_Paulo");
        let at: Timestamp = "2025-10-23T01:32:10Z".parse().unwrap();
        assert_eq!(time(at, zone), "22:32");
        assert_eq!(date_time(at, zone), "22/10/2025 22:32");
        let (same_day, next_day) = (at, "2025-10-23T12:00:00Z".parse().unwrap());
        assert_eq!(when(Lang::PtBr, at, same_day, zone), "às 22:32");
        assert_eq!(when(Lang::PtBr, at, next_day, zone), "em 22/10 às 22:32");
        assert_eq!(when(Lang::En, at, next_day, zone), "on 22/10 at 22:32");
        assert_eq!(short_time(at, at, zone), "22:32");
        assert_eq!(short_time(at, "2025-10-23T12:00:00Z".parse().unwrap(), zone), "22/10 22:32");
    }

    /// Clocks were changed between the instant and the moment of the page.
    #[rstest]
    #[case(
        "America/New_York",
        "2025-11-02T05:30Z",
        "02/11/2025 01:30",
        "2025-11-02T06:30Z",
        "02/11/2025 01:30"
    )]
    #[case("Europe/Lisbon", "2025-03-30T00:30Z", "30/03/2025 00:30", "2025-03-30T01:30Z", "30/03/2025 02:30")]
    #[case(
        "America/Santiago",
        "2025-04-06T02:30Z",
        "05/04/2025 23:30",
        "2025-04-06T03:30Z",
        "05/04/2025 23:30"
    )]
    #[case(
        "America/Sao_Paulo",
        "2018-11-04T02:30Z",
        "03/11/2018 23:30",
        "2018-11-04T03:30Z",
        "04/11/2018 01:30"
    )]
    fn each_instant_has_the_offset_of_its_time(
        #[case] zone: &str,
        #[case] before: &str,
        #[case] then: &str,
        #[case] after: &str,
        #[case] later: &str,
    ) {
        let zone = Zone::named(zone);
        assert_eq!(date_time(before.parse().unwrap(), zone), then);
        assert_eq!(date_time(after.parse().unwrap(), zone), later);
    }

    #[test]
    fn durations_have_hours_from_an_hour_on() {
        let written = [0, 38, 59, 60, 125, 60_005].map(|minutes| duration(Lang::PtBr, minutes));
        assert_eq!(written, ["0 min", "38 min", "59 min", "1 h 00", "2 h 05", "1.000 h 05"]);
    }

    #[test]
    fn folding_drops_case_and_accents() {
        assert_eq!(folded("Película ÔNIBUS São João"), "pelicula onibus sao joao");
        assert_eq!(folded("FO11"), "fo11");
    }
}
