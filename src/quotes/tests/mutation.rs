//! Ten thousand damaged files: each is read or refused, quickly and without a panic.

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use lopdf::{Document, Object};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::paper::{Producer, pdf, save};
use super::report::{Layout, Style, draw};
use super::samples::{sample, samples};
use crate::quotes::read;

const FILES: u64 = 10_000;
const THREADS: u64 = 2;
const LONGEST: Duration = Duration::from_secs(2);

/// Pieces of syntax that mean something, so that a mutation does too.
const SYNTAX: &[&str] = &[
    "BT",
    "ET",
    "q",
    "Q",
    "Do",
    "TJ",
    "Tj",
    "'",
    "\"",
    "T*",
    "Td",
    "Tm",
    "Tf",
    "Tz",
    "cm",
    "BI",
    "ID",
    "EI",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "<<",
    ">>",
    "/F5",
    "/F1",
    "-",
    "99999999999999999999",
    "0",
    "1e9",
    ".",
    "-.5",
    "%",
    "\\",
    "endstream",
    "obj",
    "1 0 R",
    "/Kids",
    "/Parent",
    "/Length",
    "/Filter /FlateDecode",
    "trailer",
    "startxref",
    "xref",
    "beginbfrange",
];

struct Original {
    bytes: Vec<u8>,
    sound: bool,
}

/// The originals: files as they are, and the same with their streams laid open, so that content, maps and the tree of
/// pages are damaged rather than compressed bytes.
fn originals() -> Vec<Original> {
    let mut files: Vec<Vec<u8>> = samples().into_iter().map(|(_, bytes)| bytes).collect();
    let reading = read(&sample("discount.pdf")).unwrap();
    for producer in
        [Producer::PLAIN, Producer::BROWSER, Producer { form: true, turned: true, ..Producer::PLAIN }]
    {
        let style = Style { layout: Layout::SlashesTogether, ..Style::PLAIN };
        files.push(pdf(&draw(&reading.quote, style), producer));
    }
    // The largest take longest and show nothing that the others do not.
    files.retain(|file| file.len() < 42_000);
    let open: Vec<Vec<u8>> = files.iter().map(|file| laid_open(file)).collect();
    files.extend(open);
    files.push(sample("bad/truncated.pdf"));
    files.push(sample("bad/encrypted.pdf"));
    files.into_iter().map(|bytes| Original { sound: read(&bytes).is_ok(), bytes }).collect()
}

fn laid_open(bytes: &[u8]) -> Vec<u8> {
    let mut document = Document::load_mem(bytes).unwrap();
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            // Font programs are never read.
            && !stream.dict.has(b"Length1")
        {
            stream.decompress().unwrap();
        }
    }
    save(&mut document)
}

fn mutate(original: &[u8], other: &[u8], random: &mut SmallRng) -> Vec<u8> {
    let mut file = original.to_vec();
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..file.len().max(1)).min(file.len());
        let length = random.random_range(0..200usize);
        match random.random_range(0..8) {
            0 => file.truncate(at),
            1 => {
                let from = random.random_range(0..other.len());
                let piece = other[from..(from + length).min(other.len())].to_vec();
                file.splice(at..(at + length).min(file.len()), piece);
            }
            2 => {
                file.drain(at..(at + length).min(file.len()));
            }
            3 | 4 => {
                let piece = SYNTAX[random.random_range(0..SYNTAX.len())];
                let end = (at + random.random_range(0..6)).min(file.len());
                file.splice(at..end, format!(" {piece} ").into_bytes());
            }
            _ => {
                if let Some(byte) = file.get_mut(at) {
                    *byte = random.random();
                }
            }
        }
    }
    file
}

/// A mutation inside one stream of the document, written back so that the file around it stays sound.
fn mutate_stream(original: &[u8], random: &mut SmallRng) -> Vec<u8> {
    let mut document = Document::load_mem(original).unwrap();
    let streams: Vec<_> = document
        .objects
        .iter()
        .filter(|(_, object)| object.as_stream().is_ok_and(|stream| !stream.dict.has(b"Length1")))
        .map(|(id, _)| *id)
        .collect();
    let id = streams[random.random_range(0..streams.len())];
    let Some(Object::Stream(stream)) = document.objects.get_mut(&id) else { unreachable!() };
    stream.decompress().unwrap();
    let content = mutate(&stream.content, &stream.content.clone(), random);
    stream.set_plain_content(content);
    stream.compress().unwrap();
    save(&mut document)
}

fn attack(originals: &[Original], seed: u64) -> Result<(), String> {
    let mut random = SmallRng::seed_from_u64(seed);
    let original = &originals[random.random_range(0..originals.len())];
    let other = &originals[random.random_range(0..originals.len())];
    let file = if original.sound && seed.is_multiple_of(3) {
        mutate_stream(&original.bytes, &mut random)
    } else {
        mutate(&original.bytes, &other.bytes, &mut random)
    };
    let start = Instant::now();
    let ended = catch_unwind(|| read(&file).map(|_| ()));
    let took = start.elapsed();
    match ended {
        Err(_) => Err(format!("seed {seed}: a panic")),
        Ok(_) if took > LONGEST => Err(format!("seed {seed}: {took:?}")),
        Ok(_) => Ok(()),
    }
}

#[test]
fn ten_thousand_damaged_files_neither_panic_nor_hang() {
    let originals = originals();
    let failures: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let originals = &originals;
                scope.spawn(move || {
                    let seeds = (0..FILES).filter(move |seed| seed % THREADS == thread);
                    seeds.filter_map(|seed| attack(originals, seed).err()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(failures, [""; 0]);
}
