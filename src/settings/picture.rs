//! A picture that somebody chose: read within limits, turned upright, made as small as screens need it, and written anew.
//! Nothing of the file that was sent is kept: no place, no comment, no trailer.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::error::{AppError, Result, Sentence};
use crate::hex;
use crate::settings::model::look::{Picture, PictureKind};

/// A file of a picture, in bytes.
pub const MOST_BYTES: usize = 4 << 20;
/// Its width and its height: a camera's, and no more.
const MOST_SIDE: u32 = 8000;
/// Memory for what is read, of however few bytes it is made.
const MOST_MEMORY: u64 = 128 << 20;
/// Pictures that are read at once.
const AT_ONCE: usize = 1;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Reads a file off the threads that answer, one at a time.
pub async fn read(bytes: Vec<u8>, kind: PictureKind) -> Result<Picture> {
    run(move || renew(&bytes, kind)).await
}

/// The turn goes with the work: a request that was given up leaves a thread behind that reads on, and uses its memory.
async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let turn = TURNS.acquire().await.map_err(AppError::internal)?;
    let work = move || {
        let done = work();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

/// `settings.picture.` and why it is refused, beside the field.
pub fn refused(why: &str) -> AppError {
    let sentence = Sentence::new(format!("settings.picture.{why}"));
    AppError::Invalid { sentence: sentence.clone(), fields: vec![("file".to_owned(), sentence)] }
}

fn renew(bytes: &[u8], kind: PictureKind) -> Result<Picture> {
    if bytes.len() > MOST_BYTES {
        return Err(refused("too_large"));
    }
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(AppError::internal)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(refused(if is_drawing(bytes) { "drawing" } else { "unknown" }));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    limits.reserve(decoder.total_bytes()).map_err(|error| unreadable(&error))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    picture.apply_orientation(orientation);
    let (width, height) = kind.most();
    if picture.width() > width || picture.height() > height {
        picture = picture.thumbnail(width, height);
    }
    write(&picture)
}

/// SVG, however it begins: it can hold script, and is never taken.
fn is_drawing(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    head.contains("<svg") || head.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
}

fn unreadable(error: &image::ImageError) -> AppError {
    tracing::debug!(%error, "a picture was refused");
    refused(if matches!(error, image::ImageError::Limits(_)) { "too_wide" } else { "broken" })
}

fn write(picture: &DynamicImage) -> Result<Picture> {
    let encoded = |format: ImageFormat, picture: &DynamicImage| -> Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).map_err(AppError::internal)?;
        Ok(bytes.into_inner())
    };
    let rgba = picture.to_rgba8();
    let mut content_type = "image/png";
    let mut bytes = encoded(ImageFormat::Png, &DynamicImage::ImageRgba8(rgba.clone()))?;
    if rgba.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        let jpeg = encoded(ImageFormat::Jpeg, &DynamicImage::ImageRgb8(picture.to_rgb8()))?;
        // What is drawn rather than photographed is small as it is, and stays sharp.
        if jpeg.len() * 2 < bytes.len() {
            (content_type, bytes) = ("image/jpeg", jpeg);
        }
    }
    let hash = hex::encode(&Sha256::digest(&bytes)[..16]);
    let side = |side: u32| i16::try_from(side).map_err(AppError::internal);
    Ok(Picture { hash, content_type, width: side(picture.width())?, height: side(picture.height())?, bytes })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn why(bytes: &[u8]) -> String {
        let Err(AppError::Invalid { sentence, .. }) = renew(bytes, PictureKind::Logo) else {
            panic!("taken")
        };
        sentence.key.strip_prefix("settings.picture.").unwrap().to_owned()
    }

    #[test]
    fn a_logo_is_made_small_and_keeps_what_is_transparent() {
        let wide = DynamicImage::ImageRgba8(RgbaImage::from_pixel(1200, 300, Rgba([200, 0, 0, 90])));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let picture = renew(&file(&wide, format), PictureKind::Logo).unwrap();
            assert_eq!((picture.width, picture.height, picture.content_type), (480, 120, "image/png"));
            let read = image::load_from_memory(&picture.bytes).unwrap().to_rgba8();
            assert_eq!(read.get_pixel(0, 0).0[3], 90);
        }
    }

    #[test]
    fn a_small_picture_stays_as_large_as_it_is_and_a_photograph_is_packed() {
        let small = DynamicImage::ImageRgb8(RgbImage::from_pixel(20, 10, Rgb([1, 2, 3])));
        let picture = renew(&file(&small, ImageFormat::Jpeg), PictureKind::Logo).unwrap();
        assert_eq!((picture.width, picture.height, picture.content_type), (20, 10, "image/png"));
        let noise = RgbImage::from_fn(900, 700, |x, y| {
            let mix = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
            Rgb([mix[1], mix[2], mix[3]])
        });
        let photograph = file(&DynamicImage::ImageRgb8(noise), ImageFormat::Jpeg);
        let picture = renew(&photograph, PictureKind::Empty).unwrap();
        assert_eq!((picture.width, picture.height, picture.content_type), (617, 480, "image/jpeg"));
    }

    #[test]
    fn whatever_is_no_picture_of_ours_is_refused_with_why() {
        let png = file(&DynamicImage::ImageRgb8(RgbImage::new(9, 9)), ImageFormat::Png);
        assert_eq!(why(&png[..png.len() / 2]), "broken");
        assert_eq!(
            why(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
            "drawing"
        );
        assert_eq!(why("\u{feff}<?xml version=\"1.0\"?><!-- x --><svg/>".as_bytes()), "drawing");
        for unknown in [&b""[..], b"GIF89a\x01\0\x01\0\0\0\0", b"%PDF-1.4", b"MZ\x90"] {
            assert_eq!(why(unknown), "unknown");
        }
        assert_eq!(why(&vec![0; MOST_BYTES + 1]), "too_large");
    }

    #[tokio::test]
    async fn a_file_whose_request_was_given_up_keeps_its_turn_until_it_is_read() {
        let (go, wait) = mpsc::channel::<()>();
        let work = run(move || wait.recv().map_err(AppError::internal));
        assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err(), "given up");
        let next = tokio::time::timeout(Duration::from_millis(50), run(|| Ok(())));
        assert!(next.await.is_err(), "the next one waits");
        go.send(()).unwrap();
        run(|| Ok(())).await.unwrap();
    }

    /// A header that promises more than memory has, in a hundred bytes.
    #[test]
    fn a_bomb_is_refused_by_what_it_says_before_it_is_unpacked() {
        let mut png = file(&DynamicImage::ImageRgb8(RgbImage::new(9, 9)), ImageFormat::Png);
        for side in [50_000_u32, 7_999] {
            png[16..20].copy_from_slice(&side.to_be_bytes());
            png[20..24].copy_from_slice(&side.to_be_bytes());
            let check = crc(&png[12..29]);
            png[29..33].copy_from_slice(&check.to_be_bytes());
            assert_eq!(why(&png), "too_wide", "{side}");
        }
    }

    /// CRC-32, as a PNG carries it.
    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
