//! Letters drawn in unusual ways, and letters without a meaning.

use lopdf::{Document, Object, dictionary};

use super::{assert_exact, draws, quote, read_content};
use crate::quotes::tests::paper::{
    Draw, Encoding, Producer, SIZE, WIDTH, content, pdf, pdf_of_contents, save,
};
use crate::quotes::{Problem, Refusal, read};

/// Each letter as a draw of its own, as often and as far apart as `places` says.
fn by_letters(places: &[(f32, f32)], spaces: bool) -> Vec<Draw> {
    let mut letters = Vec::new();
    for draw in draws() {
        let (mut x, text) = draw.pieces[0].clone();
        for letter in text.chars() {
            if spaces || letter != ' ' {
                let at = |(dx, dy): &(f32, f32)| Draw::new(0, x + dx, draw.y + dy, &letter.to_string());
                letters.extend(places.iter().map(at));
            }
            x += WIDTH * SIZE;
        }
    }
    letters
}

#[test]
fn letters_may_be_drawn_one_by_one_twice_and_four_times() {
    let bold: &[&[(f32, f32)]] =
        &[&[(0.0, 0.0)], &[(0.0, 0.0), (0.3, 0.0)], &[(0.0, 0.0), (0.3, 0.0), (0.0, 0.3), (0.3, 0.3)]];
    for places in bold {
        for spaces in [true, false] {
            for one_object in [true, false] {
                let producer = Producer { one_object, ..Producer::PLAIN };
                let bytes = pdf(&by_letters(places, spaces), producer);
                assert_exact(&read(&bytes).unwrap(), &quote(), &format!("{places:?} {spaces} {one_object}"));
            }
        }
    }
}

#[test]
fn accents_may_be_drawn_on_their_own() {
    let accents = [('é', "e", "´"), ('ç', "c", "¸"), ('ó', "o", "´"), ('á', "a", "´")];
    for shift in [(0.0, 0.0), (0.6, 0.0), (0.0, -1.5)] {
        for first in [true, false] {
            let mut drawn = Vec::new();
            for letter in by_letters(&[(0.0, 0.0)], true) {
                let (x, text) = letter.pieces[0].clone();
                let accented = accents.iter().find(|(accented, _, _)| text == accented.to_string());
                let Some((_, bare, accent)) = accented else {
                    drawn.push(letter);
                    continue;
                };
                let mark = Draw::new(0, x + shift.0, letter.y + shift.1, accent);
                let base = Draw::new(0, x, letter.y, bare);
                drawn.extend(if first { [mark, base] } else { [base, mark] });
            }
            let reading = read(&pdf(&drawn, Producer::PLAIN)).unwrap();
            assert_exact(&reading, &quote(), &format!("{shift:?} {first}"));
            assert!(reading.text.iter().any(|line| line.starts_with("Orçamento")));
        }
    }
}

#[test]
fn a_page_may_lie_on_any_side_and_a_little_askew() {
    for turn in ["0 .7 -.7 0 590 0 cm", "0 -.7 .7 0 0 590 cm", "-1 0 0 -1 595 842 cm"] {
        assert_exact(&read_content(turn, &draws(), ""), &quote(), turn);
    }
    for degrees in [0.5f32, 1.0, -1.0, 2.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turn = format!("{cos} {sin} {} {cos} 10 {} cm", -sin, -10.0 * degrees);
        assert_exact(&read_content(&turn, &draws(), ""), &quote(), &turn);
    }
}

/// The draws in a font of which the map says `instead` for a letter, or nothing.
fn with_map(letter: char, instead: Option<&str>) -> Vec<u8> {
    let mut document =
        Document::load_mem(&pdf(&draws(), Producer { encoding: Encoding::Identity, ..Producer::PLAIN }))
            .unwrap();
    for object in document.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        let _plain = stream.decompress();
        if !String::from_utf8_lossy(&stream.content).contains("beginbfrange") {
            continue;
        }
        let code = u32::from(letter);
        let mut map = format!(
            "2 beginbfrange <0001> <{:04X}> <0001> <{:04X}> <FFFF> <{:04X}> endbfrange",
            code - 1,
            code + 1,
            code + 1
        );
        if let Some(instead) = instead {
            let hex: String = instead.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
            map += &format!(" 1 beginbfchar <{code:04X}> <{hex}> endbfchar");
        }
        stream.set_plain_content(map.into_bytes());
    }
    save(&mut document)
}

#[test]
fn a_letter_without_a_meaning_stops_the_import_wherever_it_stands() {
    for instead in [None, Some("\u{fffd}"), Some("\u{e001}"), Some("\0")] {
        let reading = read(&with_map('B', instead)).unwrap();
        assert!(
            reading
                .problems()
                .iter()
                .any(|problem| matches!(problem, Problem::Illegible { text } if text.contains('\u{fffd}')))
        );
        // In a quantity: the line is none that can be read.
        let reading = read(&with_map('3', instead)).unwrap();
        assert!(!reading.problems().is_empty(), "{instead:?}");
    }
    for instead in ["\u{200b}", "\u{2060}", "\u{feff}"] {
        let reading = read(&with_map('3', Some(instead))).unwrap();
        assert!(!reading.problems().is_empty(), "a digit is missing: {instead:?}");
    }
}

#[test]
fn a_map_that_calls_two_letters_the_same_is_not_believed() {
    for (letter, other) in [('3', "4"), ('T', "P")] {
        let told = |problem: &Problem| matches!(problem, Problem::Illegible { .. } | Problem::Leftover(_));
        match read(&with_map(letter, Some(other))) {
            Ok(reading) => assert!(reading.problems().iter().any(told), "{letter}: {:?}", reading.problems()),
            Err(refusal) => assert_eq!(refusal, Refusal::Illegible, "{letter}"),
        }
    }
}

#[test]
fn a_paper_of_letters_without_a_meaning_is_told_as_that() {
    let mut document =
        Document::load_mem(&pdf(&draws(), Producer { encoding: Encoding::Identity, ..Producer::PLAIN }))
            .unwrap();
    for object in document.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        let _plain = stream.decompress();
        if String::from_utf8_lossy(&stream.content).contains("beginbfrange") {
            stream.set_plain_content(b"1 beginbfrange <0001> <FFFF> <2701> endbfrange".to_vec());
        }
    }
    assert_eq!(read(&save(&mut document)).unwrap_err(), Refusal::Illegible);
}

#[test]
fn forms_may_be_nested_deeper_than_anybody_would() {
    let drawn = content(&draws(), Producer::PLAIN);
    let bytes = pdf_of_contents(&["/X1 Do".to_owned()], Producer::PLAIN);
    let mut document = Document::load_mem(&bytes).unwrap();
    let page = document.page_iter().next().unwrap();
    let page_dictionary = document.get_object(page).unwrap().as_dict().unwrap().clone();
    let fonts = page_dictionary.get(b"Resources").unwrap().as_dict().unwrap().clone();
    let mut inner = None;
    for depth in 0..20 {
        let mut resources = fonts.clone();
        if let Some(id) = inner {
            resources.set("XObject", dictionary! { "X1" => Object::Reference(id) });
        }
        let dictionary = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
            "BBox" => vec![0.into(), 0.into(), 1000.into(), 1000.into()],
        };
        let text = if depth == 0 { drawn.clone() } else { "/X1 Do".to_owned() };
        let latin1 = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        inner = Some(document.add_object(lopdf::Stream::new(dictionary, latin1)));
    }
    let mut resources = fonts;
    resources.set("XObject", dictionary! { "X1" => Object::Reference(inner.unwrap()) });
    document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Resources", resources);
    assert_exact(&read(&save(&mut document)).unwrap(), &quote(), "twenty forms");
}
