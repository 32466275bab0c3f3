//! Compresses pages in parts: a page's body is the same for everybody and is compressed once, the frame every time.
//!
//! A gzip file is one deflate stream, and a stream may be joined of parts that were packed apart: each ends at a byte
//! (RFC 1951, a stored block of no bytes) and refers to nothing before it. Checksums join as well.

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

impl Packed {
    fn of(text: &[u8]) -> io::Result<Self> {
        let mut packer = Compress::new(Compression::new(LEVEL), false);
        let mut bytes = Vec::with_capacity(text.len() / 4 + 64);
        loop {
            let read = usize::try_from(packer.total_in()).unwrap_or(text.len());
            packer.compress_vec(&text[read..], &mut bytes, FlushCompress::Sync)?;
            // With room left, everything that was read is written.
            if packer.total_in() == text.len() as u64 && bytes.len() < bytes.capacity() {
                break;
            }
            bytes.reserve(text.len() / 8 + 64);
        }
        let mut sum = Crc::new();
        sum.update(text);
        Ok(Self { bytes, sum })
    }
}

/// Nothing but what a file needs: no name, no time (RFC 1952).
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block, of nothing.
const END: [u8; 2] = [3, 0];

fn join(parts: [&Packed; 3]) -> Vec<u8> {
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
    file
}

/// What follows the shared part differs by language and little else, so the last few stay packed.
static ENDINGS: Mutex<VecDeque<Arc<SharedHtml>>> = Mutex::new(VecDeque::new());
const ENDINGS_KEPT: usize = 16;

fn ending(text: &str) -> Arc<SharedHtml> {
    let mut endings = ENDINGS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = endings.iter().find(|known| known.text == text) {
        return known.clone();
    }
    let ending = SharedHtml::new(text.to_owned());
    endings.push_back(ending.clone());
    if endings.len() > ENDINGS_KEPT {
        endings.pop_front();
    }
    ending
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
    let before = html.get(..framed.starts)?;
    let after = std::str::from_utf8(html.get(framed.starts + framed.shared.text.len()..)?).ok()?;
    Some(join([&Packed::of(before).ok()?, framed.shared.packed()?, ending(after).packed()?]))
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
            let html = format!("{before}{shared}{after}");
            let framed = Framed { starts: before.len(), shared: SharedHtml::new(shared) };
            // The second time the parts are packed already.
            for _ in 0..2 {
                prop_assert_eq!(unpacked(&packed_page(html.as_bytes(), &framed).unwrap()), html.as_str());
            }
        }
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
