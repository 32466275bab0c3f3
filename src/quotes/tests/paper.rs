//! Writes small PDFs, so that a test says what stands where and how it is drawn.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// Every character is half a font size wide.
pub const WIDTH: f32 = 0.5;
pub const SIZE: f32 = 8.0;
const HEIGHT: f32 = 842.0;

/// What one show operator draws: pieces at their own places, from left to right. `y` is measured from the top.
#[derive(Clone, Debug)]
pub struct Draw {
    pub page: usize,
    pub y: f32,
    pub pieces: Vec<(f32, String)>,
    /// Operators before it, which are forgotten behind it.
    pub operators: String,
}

impl Draw {
    pub fn new(page: usize, x: f32, y: f32, text: &str) -> Self {
        Self { page, y, pieces: vec![(x, text.to_owned())], operators: String::new() }
    }

    pub fn with(self, operators: &str) -> Self {
        Self { operators: operators.to_owned(), ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    WinAnsi,
    /// Codes of two bytes with a ToUnicode map.
    Identity,
    /// One byte, with the letters named in Differences.
    Differences,
}

/// How a producer goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Producer {
    pub encoding: Encoding,
    /// One show operator for each letter, moved by Td, as browsers do.
    pub letters: bool,
    /// All of a page in one text object, else one for each show operator.
    pub one_object: bool,
    /// The page's content lies in a form XObject.
    pub form: bool,
    /// Coordinates from the top, scaled, as browsers do.
    pub flipped: bool,
    /// The page is drawn lying and turned by 90°.
    pub turned: bool,
}

impl Producer {
    pub const PLAIN: Self = Self {
        encoding: Encoding::WinAnsi,
        letters: false,
        one_object: false,
        form: false,
        flipped: false,
        turned: false,
    };
    pub const BROWSER: Self =
        Self { encoding: Encoding::Identity, letters: true, flipped: true, ..Self::PLAIN };
}

pub fn width(text: &str) -> f32 {
    text.chars().count() as f32 * WIDTH * SIZE
}

/// The file, in which each draw is one show operator, in the order given.
pub fn pdf(draws: &[Draw], producer: Producer) -> Vec<u8> {
    let pages = draws.iter().map(|draw| draw.page + 1).max().unwrap_or(1);
    let contents: Vec<String> = (0..pages)
        .map(|page| {
            content(&draws.iter().filter(|draw| draw.page == page).cloned().collect::<Vec<_>>(), producer)
        })
        .collect();
    pdf_of_contents(&contents, producer)
}

/// The file with these content streams, one a page, as they are.
pub fn pdf_of_contents(contents: &[String], producer: Producer) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let font = font(&mut document, producer.encoding);
    let fonts = dictionary! { "F1" => font };
    let parent = document.new_object_id();
    let mut kids = Vec::new();
    for content in contents {
        let bytes = latin1(content);
        let (bytes, resources) = if producer.form {
            let form = dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 1000.into(), 1000.into()],
                "Matrix" => vec![1.into(), 0.into(), 0.into(), 1.into(), 10.into(), 0.into()],
                "Resources" => dictionary! { "Font" => fonts.clone() },
            };
            let form = add_stream(&mut document, form, bytes);
            (
                b"q 1 0 0 1 -10 0 cm /X1 Do Q".to_vec(),
                dictionary! { "XObject" => dictionary! { "X1" => form } },
            )
        } else {
            (bytes, dictionary! { "Font" => fonts.clone() })
        };
        let content = add_stream(&mut document, Dictionary::new(), bytes);
        let (width, height, turn) = if producer.turned { (842, 595, 90) } else { (595, 842, 0) };
        let page = dictionary! {
            "Type" => "Page", "Parent" => parent, "Contents" => content, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()], "Rotate" => turn,
        };
        kids.push(Object::Reference(document.add_object(page)));
    }
    let count = i64::try_from(kids.len()).unwrap();
    document.set_object(parent, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
    document.trailer.set("Root", catalog);
    save(&mut document)
}

pub fn save(document: &mut Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn add_stream(document: &mut Document, dictionary: Dictionary, bytes: Vec<u8>) -> ObjectId {
    let mut stream = Stream::new(dictionary, bytes);
    stream.compress().unwrap();
    document.add_object(stream)
}

/// The content stream of one page.
pub fn content(draws: &[Draw], producer: Producer) -> String {
    let mut content = String::new();
    if producer.turned {
        // The sheet lies on its side: what reads upwards along it stands upright once it is turned.
        content += "0 1 -1 0 842 0 cm\n";
    }
    if producer.flipped {
        content += &format!("q .5 0 0 -.5 0 {HEIGHT} cm\n");
    }
    if producer.one_object {
        content += &format!("BT /F1 {SIZE} Tf\n");
    }
    for draw in draws {
        if !draw.operators.is_empty() {
            content += &format!("q {}\n", draw.operators);
        }
        let x = draw.pieces.first().map_or(0.0, |(x, _)| *x);
        if !producer.one_object {
            content += &format!("BT /F1 {SIZE} Tf\n");
        }
        content += &if producer.flipped {
            format!("2 0 0 -2 {} {} Tm\n", x * 2.0, draw.y * 2.0)
        } else {
            format!("1 0 0 1 {x} {} Tm\n", HEIGHT - draw.y)
        };
        content += &show(draw, producer);
        if !producer.one_object {
            content += "ET\n";
        }
        if !draw.operators.is_empty() {
            content += "Q\n";
        }
    }
    if producer.one_object {
        content += "ET\n";
    }
    content
}

fn show(draw: &Draw, producer: Producer) -> String {
    if producer.letters && draw.pieces.len() == 1 {
        let letters = draw.pieces[0].1.chars().map(|letter| {
            format!("{} Tj {} 0 Td\n", encode(&letter.to_string(), producer.encoding), WIDTH * SIZE)
        });
        return letters.collect();
    }
    let mut array = String::new();
    let mut pen = draw.pieces.first().map_or(0.0, |(x, _)| *x);
    for (x, text) in &draw.pieces {
        if (x - pen).abs() > 0.01 {
            array += &format!(" {} ", -(x - pen) / SIZE * 1000.0);
        }
        array += &encode(text, producer.encoding);
        pen = x + width(text);
    }
    format!("[{array}] TJ\n")
}

/// A string as the font wants it; what the font lacks is left out.
pub fn encode(text: &str, encoding: Encoding) -> String {
    let codes = text.chars().map(|letter| match encoding {
        Encoding::Identity => format!("{:04X}", u32::from(letter) & 0xffff),
        Encoding::WinAnsi => format!("{:02X}", u32::from(letter) & 0xff),
        Encoding::Differences => {
            let at = NAMED.iter().position(|(named, _)| *named == letter);
            format!("{:02X}", at.map_or(u32::from(letter) & 0xff, |at| at as u32 + 1))
        }
    });
    format!("<{}>", codes.collect::<String>())
}

const NAMED: [(char, &str); 6] = [
    ('ç', "ccedilla"),
    ('ã', "atilde"),
    ('ó', "uni00F3"),
    ('º', "ordmasculine"),
    ('/', "slash"),
    ('>', "greater"),
];

fn font(document: &mut Document, encoding: Encoding) -> ObjectId {
    if encoding == Encoding::Identity {
        let map = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <FFFF> <0001> endbfrange";
        let map = add_stream(document, Dictionary::new(), map.into());
        let descendant = document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "AAAAAA+Some", "DW" => 1000,
            "W" => vec![Object::Integer(1), Object::Integer(65535), Object::Integer(500)],
        });
        return document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "AAAAAA+Some", "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(descendant)], "ToUnicode" => map,
        });
    }
    let encoding = if encoding == Encoding::WinAnsi {
        Object::Name(b"WinAnsiEncoding".to_vec())
    } else {
        let names = NAMED.iter().map(|(_, name)| Object::Name(name.as_bytes().to_vec()));
        let differences: Vec<Object> = [Object::Integer(1)].into_iter().chain(names).collect();
        Object::Dictionary(dictionary! { "Type" => "Encoding", "Differences" => differences })
    };
    document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Some", "Encoding" => encoding,
        "FirstChar" => 0, "LastChar" => 255, "Widths" => vec![Object::Integer(500); 256],
    })
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}
