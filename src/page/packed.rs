//! Compresses pages in parts: a page's body is the same for everybody and is compressed once, and so is most
//! of its frame.
//!
//! A gzip file is one deflate stream, and a stream may be joined of parts that were packed apart: each ends at a byte
//! (RFC 1951, a stored block of no bytes) and refers to nothing before it. Checksums join as well.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::assets;

/// The level of everything that is packed on its way out. Lower ones pack clearly worse: the first board has 60 KB.
pub const LEVEL: u32 = 6;

/// HTML that is sent many times.
#[derive(Debug)]
pub struct SharedHtml {
    text: String,
    packed: OnceLock<Option<Packed>>,
}

impl SharedHtml {
    pub fn new(text: String) -> Arc<Self> {
        Arc::new(Self { text, packed: OnceLock::new() })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn packed(&self) -> Option<&Packed> {
        self.packed.get_or_init(|| Packed::of(self.text.as_bytes()).ok()).as_ref()
    }
}

/// Where in a page the shared part stands: put beside the response for [`pack`].
#[derive(Clone, Debug)]
pub(super) struct Framed {
    pub starts: usize,
    pub shared: Arc<SharedHtml>,
}

/// A part of a deflate stream.
#[derive(Debug)]
struct Packed {
    bytes: Vec<u8>,
    sum: Crc,
}

thread_local! {
    /// Its tables are a quarter of a megabyte: they are cleared between texts, not made anew.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

impl Packed {
    fn of(text: &[u8]) -> io::Result<Self> {
        let mut sum = Crc::new();
        sum.update(text);
        let bytes = PACKER.with_borrow_mut(|packer| deflate(packer, text))?;
        Ok(Self { bytes, sum })
    }
}

fn deflate(packer: &mut Compress, text: &[u8]) -> io::Result<Vec<u8>> {
    packer.reset();
    let mut bytes = Vec::with_capacity(text.len() / 4 + 64);
    loop {
        let read = usize::try_from(packer.total_in()).unwrap_or(text.len());
        packer.compress_vec(&text[read..], &mut bytes, FlushCompress::Sync)?;
        // With room left, everything that was read is written.
        if packer.total_in() == text.len() as u64 && bytes.len() < bytes.capacity() {
            return Ok(bytes);
        }
        bytes.reserve(text.len() / 8 + 64);
    }
}

/// Nothing but what a file needs: no name, no time (RFC 1952).
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block, of nothing.
const END: [u8; 2] = [3, 0];

fn join(parts: &[Arc<SharedHtml>]) -> Option<Vec<u8>> {
    let parts: Option<Vec<&Packed>> = parts.iter().map(|part| part.packed()).collect();
    let parts = parts?;
    let mut file = Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum::<usize>() + 20);
    file.extend_from_slice(&GZIP_HEADER);
    let mut sum = Crc::new();
    for part in parts {
        file.extend_from_slice(&part.bytes);
        sum.combine(&part.sum);
    }
    file.extend_from_slice(&END);
    file.extend_from_slice(&sum.sum().to_le_bytes());
    file.extend_from_slice(&sum.amount().to_le_bytes());
    Some(file)
}

/// Where the frame above the shared part is cut. The title names the order; what follows it is the same for everybody of
/// one role on one kind of page; the live line tells the minute, the menu names the person, and the last part tells the
/// moment of the page.
const SEAMS: [&str; 4] = ["name=\"viewport\"", "id=\"live-line\"", "id=\"needs-badge\"", "id=\"main\""];

/// The frame in its parts; fewer where a seam is missing.
fn cut(mut frame: &str) -> Vec<&str> {
    let mut parts = Vec::with_capacity(SEAMS.len() + 1);
    for seam in SEAMS {
        if let Some((part, rest)) = frame.find(seam).and_then(|place| frame.split_at_checked(place)) {
            parts.push(part);
            frame = rest;
        }
    }
    parts.push(frame);
    parts
}

/// Parts of frames that were sent lately, the newest last. They differ by role, language, person and little else.
static KNOWN: Mutex<VecDeque<Arc<SharedHtml>>> = Mutex::new(VecDeque::new());
/// A text and what it was packed to are some 6 KB.
const MOST_KNOWN: usize = 256;
/// Packing what is shorter costs no more than to look for it.
const SHORTEST_KNOWN: usize = 1024;

/// A part of a frame; packed already if it was sent lately.
fn known(text: &str) -> Arc<SharedHtml> {
    if text.len() < SHORTEST_KNOWN {
        return SharedHtml::new(text.to_owned());
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let part = match known.iter().rposition(|part| part.text == text).and_then(|place| known.remove(place)) {
        Some(part) => part,
        None => SharedHtml::new(text.to_owned()),
    };
    known.push_back(part.clone());
    if known.len() > MOST_KNOWN {
        known.pop_front();
    }
    part
}

/// Whether a browser takes what [`pack`] makes.
pub fn takes_packed(headers: &HeaderMap) -> bool {
    assets::takes(headers, "gzip")
}

/// Packs a page of shared parts, for a browser that takes it.
pub async fn pack(mut response: Response, takes_packed: bool) -> Response {
    let Some(framed) = response.extensions_mut().remove::<Framed>() else { return response };
    if !takes_packed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(html) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, HttpBody::empty());
    };
    let Some(file) = packed_page(&html, &framed) else { return Response::from_parts(parts, html.into()) };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, file.into())
}

fn packed_page(html: &[u8], framed: &Framed) -> Option<Vec<u8>> {
    let before = std::str::from_utf8(html.get(..framed.starts)?).ok()?;
    let after = std::str::from_utf8(html.get(framed.starts + framed.shared.text.len()..)?).ok()?;
    let mut parts: Vec<_> = cut(before).into_iter().map(known).collect();
    parts.extend([framed.shared.clone(), known(after)]);
    join(&parts)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    use super::*;

    fn unpacked(file: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        text
    }

    proptest! {
        /// The decoder holds the joined file to its checksum and length.
        #[test]
        fn a_page_packed_in_parts_is_the_page(before in ".{0,2000}", shared in "(<li>.{0,40}</li>){0,400}", after in ".{0,2000}") {
            let before = [&before, SEAMS[0], &after, SEAMS[1], &before, SEAMS[2], &before, SEAMS[3]].concat();
            let html = format!("{before}{shared}{after}");
            let framed = Framed { starts: before.len(), shared: SharedHtml::new(shared) };
            // The second time the parts are packed already.
            for _ in 0..2 {
                prop_assert_eq!(unpacked(&packed_page(html.as_bytes(), &framed).unwrap()), html.as_str());
            }
        }
    }

    #[test]
    fn every_seam_stands_once_in_the_frame() {
        let frame =
            [include_str!("../../templates/base.html"), include_str!("../../templates/header.html")].concat();
        for seam in SEAMS {
            assert_eq!(frame.matches(seam).count(), 1, "{seam}");
        }
    }

    #[test]
    fn what_two_orders_share_of_their_frames_is_packed_once() {
        let head = format!("{} {}", SEAMS[0], "<link>".repeat(SHORTEST_KNOWN));
        let [one, other] = ["Pedido 41", "Pedido 42"].map(|title| {
            let frame = format!("<title>{title}</title>{head}{}", SEAMS[1]);
            cut(&frame).into_iter().map(known).collect::<Vec<_>>()
        });
        assert!(Arc::ptr_eq(&one[1], &other[1]));
        assert_eq!(other[0].as_str(), "<title>Pedido 42</title>");
    }

    #[test]
    fn a_part_that_packs_badly_is_whole() {
        let noise: Vec<u8> =
            (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 & 0x7f).collect();
        let text = String::from_utf8(noise).unwrap();
        let framed = Framed { starts: 0, shared: SharedHtml::new(text.clone()) };
        assert_eq!(unpacked(&packed_page(text.as_bytes(), &framed).unwrap()), text);
    }
}
