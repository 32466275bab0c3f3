//! Frames, as they travel on a socket and in the answer of a command.

use serde::Serialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::render::Rendered;
use crate::feed::Head;
use crate::feed::hub::ResetReason;

#[derive(Serialize)]
struct Frame<'a> {
    epoch: &'a str,
    from: i64,
    to: i64,
    /// The tag of event `to`, as text: JavaScript's numbers are too small for it.
    tag: String,
    html: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    touched: bool,
}

/// All that changed for one screen in (from, head]. An empty one is a beat.
pub fn changes(head: &Head, from: i64, rendered: &Rendered) -> Utf8Bytes {
    to_text(&Frame {
        epoch: &head.epoch,
        from,
        to: head.n,
        tag: head.tag.to_string(),
        html: &rendered.html,
        touched: rendered.touched,
    })
}

#[derive(Serialize)]
struct Reset<'a> {
    reset: &'a str,
    /// Milliseconds over which browsers spread; None: as after a restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<u64>,
}

/// The browser is to fetch its page again.
pub fn reset(reason: ResetReason) -> Utf8Bytes {
    to_text(&Reset { reset: reason.code(), window: None })
}

/// The same for one person's browsers: what one may do keeps nobody else from theirs.
pub fn reset_of_one(reason: ResetReason) -> Utf8Bytes {
    let window = (reason == ResetReason::Access).then_some(0);
    to_text(&Reset { reset: reason.code(), window })
}

pub fn count_reset(reason: ResetReason) {
    metrics::counter!("live_resets_total", "reason" => reason.code()).increment(1);
}

#[derive(Serialize)]
struct Greeting<'a> {
    hello: Hello<'a>,
}

/// Sent once what was missing has been sent.
#[derive(Debug, Serialize)]
pub struct Hello<'a> {
    pub head: i64,
    /// Milliseconds between beats of a visible page.
    pub beat: u64,
    /// Milliseconds over which browsers spread their return after a restart.
    pub window: u64,
    pub build: &'a str,
}

pub fn hello(hello: Hello<'_>) -> Utf8Bytes {
    to_text(&Greeting { hello })
}

#[derive(Serialize)]
struct Presence<'a> {
    presence: &'a str,
}

/// Presence: fragments without versions.
pub fn presence(html: &str) -> Utf8Bytes {
    to_text(&Presence { presence: html })
}

#[derive(Serialize)]
struct Needs {
    needs: bool,
}

/// Needs may have changed: pages of people who may answer fetch the badge.
pub fn needs() -> Utf8Bytes {
    to_text(&Needs { needs: true })
}

fn to_text(value: &impl Serialize) -> Utf8Bytes {
    // These structs hold only strings and numbers: serialising them cannot fail.
    Utf8Bytes::from(serde_json::to_string(value).unwrap_or_default())
}
