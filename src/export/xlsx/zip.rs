//! An archive that is written from its beginning to its end, so that its first bytes leave before the last ones are known.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Names are UTF-8; sums and lengths of a packed file stand behind it.
const NAMES_ARE_UTF8: u16 = 1 << 11;
const LENGTHS_FOLLOW: u16 = 1 << 3;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// What is needed to read it: 2.0.
const VERSION: u16 = 20;
/// No file of an archive is older: 1 January 1980.
const FIRST_DAY: u16 = 0x21;

struct Entry {
    name: &'static str,
    method: u16,
    flags: u16,
    crc: u32,
    packed: u32,
    unpacked: u32,
    offset: u32,
}

/// A packed file that is being written.
struct Open {
    entry: Entry,
    deflate: DeflateEncoder<Vec<u8>>,
    crc: Crc,
}

/// The archive. What was written is taken out as it comes.
pub struct Zip {
    ready: Vec<u8>,
    taken: u32,
    entries: Vec<Entry>,
    open: Option<Open>,
}

impl Zip {
    pub fn new() -> Self {
        Self { ready: Vec::new(), taken: 0, entries: Vec::new(), open: None }
    }

    /// Where the next byte stands in the archive.
    fn offset(&self) -> u32 {
        self.taken.wrapping_add(length(self.ready.len()))
    }

    /// A small file, as it is.
    pub fn add(&mut self, name: &'static str, content: &[u8]) {
        let mut crc = Crc::new();
        crc.update(content);
        let size = length(content.len());
        let entry = Entry {
            name,
            method: STORED,
            flags: NAMES_ARE_UTF8,
            crc: crc.sum(),
            packed: size,
            unpacked: size,
            offset: self.offset(),
        };
        head(&mut self.ready, &entry);
        self.ready.extend_from_slice(content);
        self.entries.push(entry);
    }

    /// Begins the last file, which is packed while it is written.
    pub fn begin(&mut self, name: &'static str) {
        let flags = NAMES_ARE_UTF8 | LENGTHS_FOLLOW;
        let offset = self.offset();
        let entry = Entry { name, method: DEFLATED, flags, crc: 0, packed: 0, unpacked: 0, offset };
        head(&mut self.ready, &entry);
        let deflate = DeflateEncoder::new(Vec::new(), Compression::new(3));
        self.open = Some(Open { entry, deflate, crc: Crc::new() });
    }

    pub fn write(&mut self, text: &str) {
        if let Some(open) = &mut self.open {
            open.crc.update(text.as_bytes());
            // Writing into memory cannot fail.
            let _ = open.deflate.write_all(text.as_bytes());
            self.ready.append(open.deflate.get_mut());
        }
    }

    /// The bytes that are there by now.
    pub fn take(&mut self) -> Vec<u8> {
        self.taken = self.offset();
        std::mem::take(&mut self.ready)
    }

    /// Ends the file that was begun, and the archive; the last bytes.
    pub fn finish(mut self) -> Vec<u8> {
        if let Some(mut open) = self.open.take() {
            let _ = open.deflate.try_finish();
            let packed = open.deflate.total_out();
            self.ready.append(open.deflate.get_mut());
            let entry = Entry {
                crc: open.crc.sum(),
                packed: u32::try_from(packed).unwrap_or(u32::MAX),
                unpacked: open.crc.amount(),
                ..open.entry
            };
            push(&mut self.ready, &[&0x0807_4b50_u32.to_le_bytes(), &sums(&entry)]);
            self.entries.push(entry);
        }
        let begins = self.offset();
        for entry in &self.entries {
            directory(&mut self.ready, entry);
        }
        let size = self.offset().wrapping_sub(begins);
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        let (count, none) = (count.to_le_bytes(), [0; 2]);
        let end = 0x0605_4b50_u32.to_le_bytes();
        push(
            &mut self.ready,
            &[&end, &none, &none, &count, &count, &size.to_le_bytes(), &begins.to_le_bytes(), &none],
        );
        self.ready
    }
}

/// Files of this program have no four gigabytes.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn push(into: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        into.extend_from_slice(part);
    }
}

fn sums(entry: &Entry) -> [u8; 12] {
    let mut sums = [0; 12];
    sums[..4].copy_from_slice(&entry.crc.to_le_bytes());
    sums[4..8].copy_from_slice(&entry.packed.to_le_bytes());
    sums[8..].copy_from_slice(&entry.unpacked.to_le_bytes());
    sums
}

/// What the head of a file and its row in the directory begin with.
fn common(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(26);
    for part in [VERSION, entry.flags, entry.method, 0, FIRST_DAY] {
        bytes.extend_from_slice(&part.to_le_bytes());
    }
    bytes.extend_from_slice(&sums(entry));
    let name = u16::try_from(entry.name.len()).unwrap_or_default();
    push(&mut bytes, &[&name.to_le_bytes(), &[0; 2]]);
    bytes
}

fn head(into: &mut Vec<u8>, entry: &Entry) {
    push(into, &[&0x0403_4b50_u32.to_le_bytes(), &common(entry), entry.name.as_bytes()]);
}

fn directory(into: &mut Vec<u8>, entry: &Entry) {
    let (begins, made_by) = (0x0201_4b50_u32.to_le_bytes(), VERSION.to_le_bytes());
    // No comment, the first disk, no attributes.
    let rest = [0; 10];
    let offset = entry.offset.to_le_bytes();
    push(into, &[&begins, &made_by, &common(entry), &rest, &offset, entry.name.as_bytes()]);
}
