//! Styles, script, icons: embedded, served under `/static/`, with the build's identity as their version. Packed once, as
//! small as can be, because an old tablet fetches them over a bad line: with Brotli, or gzip for browsers that take
//! only that (browsers offer Brotli over https alone).

mod linked;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use brotli::CompressorWriter;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::extract::{Path, Query};
use crate::hex;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// The build: seconds of its commit, then a hash of its assets. Sorts by time.
pub fn build() -> &'static str {
    static BUILD: OnceLock<String> = OnceLock::new();
    BUILD.get_or_init(|| {
        let mut hash = Sha256::new();
        for path in Static::iter() {
            hash.update(path.as_bytes());
            if let Some(file) = Static::get(&path) {
                hash.update(file.metadata.sha256_hash());
            }
        }
        let hash = hex::encode(&hash.finalize()[..5]);
        format!("{}-{hash}", env!("BUILD_TIME"))
    })
}

#[derive(Debug, Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// The modules of `static/js` in one file, and the styles of `static/css`: one request instead of one for each.
const SCRIPT: &str = "script.js";
const STYLES: &str = "app.css";
/// What only the pages of a desk need besides.
const DESK_SCRIPT: &str = "desk.js";
const DESK_STYLES: &str = "desk.css";
/// The colours by night, apart because each page says when they apply.
const DARK_STYLES: &str = "dark.css";
const WORKER: &str = "worker.js";

/// Placeholder in the script for its build: a page compares it, since in a rolling deploy it may get another build's script.
const BUILD_MARK: &str = "%BUILD%";

/// A file as it is served.
struct Asset {
    plain: Bytes,
    packed: OnceCell<Packed>,
}

/// By the name of its coding, the smallest first; only what is smaller than the file.
type Packed = Vec<(&'static str, Bytes)>;

impl Asset {
    fn of(plain: Vec<u8>) -> Self {
        Self { plain: plain.into(), packed: OnceCell::new() }
    }

    /// Packs the file when it is first asked for, on a thread: on a quarter of a core the script takes a third of a second, and
    /// picks would wait for it after each rollout.
    async fn packed(&self) -> &Packed {
        let pack_on_a_thread = async || {
            let plain = self.plain.clone();
            spawn_blocking(move || pack(&plain)).await.unwrap_or_default()
        };
        self.packed.get_or_init(pack_on_a_thread).await
    }
}

fn pack(plain: &[u8]) -> Packed {
    let codings = [("br", brotli(plain)), ("gzip", gzip(plain))];
    let packed = codings.into_iter().filter_map(|(coding, packed)| Some((coding, Bytes::from(packed.ok()?))));
    packed.filter(|(_, packed)| packed.len() < plain.len()).collect()
}

/// The best: all of our files in 0.2 s on a core, once. The one before takes half of that and makes them 2 % larger.
const BROTLI_QUALITY: u32 = 11;
/// Sizes are powers of two: a window as large as our largest file.
const BROTLI_WINDOW: u32 = 18;

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = CompressorWriter::new(Vec::new(), 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    packer.write_all(plain)?;
    packer.flush()?;
    Ok(packer.into_inner())
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(plain)?;
    packer.finish()
}

fn assets() -> &'static HashMap<String, Asset> {
    static ASSETS: OnceLock<HashMap<String, Asset>> = OnceLock::new();
    ASSETS.get_or_init(|| {
        let is_linked = |path: &str| path.starts_with("js/") || path.starts_with("css/");
        let others = Static::iter()
            .filter(|path| !is_linked(path))
            .filter_map(|path| Some((path.to_string(), Static::get(&path)?.data.into_owned())));
        let scripts = linked::link(&texts("js/", ".js"), ["live", "desk"]);
        let [script, desk_script] = scripts.map(|script| script.replace(BUILD_MARK, build()));
        let css = texts("css/", ".css");
        let [styles, desk_styles, dark_styles] =
            ["app", "desk", "dark"].map(|entry| linked::join(&css, entry));
        let joined = [
            (SCRIPT, script),
            (DESK_SCRIPT, desk_script),
            (STYLES, styles),
            (DESK_STYLES, desk_styles),
            (DARK_STYLES, dark_styles),
        ];
        others
            .chain(joined.map(|(path, text)| (path.to_owned(), text.into_bytes())))
            .map(|(path, bytes)| (path, Asset::of(bytes)))
            .collect()
    })
}

/// The files of a folder by their names without ending.
fn texts(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let named = Static::iter().filter_map(|path| {
        let name = path.strip_prefix(folder)?.strip_suffix(ending)?.to_owned();
        Some((name, String::from_utf8_lossy(&Static::get(&path)?.data).into_owned()))
    });
    named.collect()
}

/// `GET /static/{path}?v=BUILD`. Any replica answers any version with its own bytes; only its own may be kept. The icon is
/// asked for without one, by the manifest for example, and does no harm where it is a day old.
pub async fn serve(Path(path): Path<String>, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    let Some(asset) = assets().get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let own = version.v.as_deref() == Some(build()) || path.starts_with("vendor/") && version.v.is_some();
    let cache = match version.v {
        _ if own => "public, max-age=31536000, immutable",
        Some(_) => "no-cache",
        None => "public, max-age=86400",
    };
    let always = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    match asset.packed().await.iter().find(|(coding, _)| takes(&headers, coding)) {
        Some((coding, packed)) => {
            let coding = [(header::CONTENT_ENCODING, HeaderValue::from_static(coding))];
            (always, coding, packed.clone()).into_response()
        }
        None => (always, asset.plain.clone()).into_response(),
    }
}

/// `GET /worker.js`: the service worker, at the root because it answers for every page. A browser asks for it anew by itself.
pub async fn serve_worker() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, assets().get(WORKER).map(|asset| asset.plain.clone()).unwrap_or_default()).into_response()
}

/// Whether the browser takes a coding.
pub fn takes(headers: &HeaderMap, wanted: &str) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(wanted) && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest" | "json") => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_browser_gets_the_smallest_coding_that_it_takes() {
        let packed = assets()[SCRIPT].packed().await;
        let packed_for = |accepted| {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            packed.iter().map(|(coding, _)| *coding).find(|coding| takes(&headers, coding))
        };
        assert_eq!(packed_for("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(packed_for("gzip, deflate"), Some("gzip"));
        assert_eq!(packed_for("br;q=0, gzip"), Some("gzip"));
        assert_eq!(packed_for("identity"), None);
        let sizes: Vec<usize> = packed.iter().map(|(_, packed)| packed.len()).collect();
        assert!(sizes.is_sorted(), "{sizes:?}");
    }

    /// On a runtime of one thread whoever packs on it lets nobody else go on.
    #[tokio::test]
    async fn others_go_on_while_a_file_is_packed() {
        let asset = Asset::of(vec![b'x'; 100_000]);
        tokio::select! {
            biased;
            _ = asset.packed() => panic!("packed on the thread of everybody else"),
            () = tokio::task::yield_now() => {}
        }
        assert_eq!(asset.packed().await.len(), 2);
    }
}
