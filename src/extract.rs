//! Extractors whose rejections are an [`AppError`] with a sentence. axum's own
//! extractors, which reject in plain English, are used nowhere else (`clippy.toml`).

#![expect(clippy::disallowed_types, reason = "this is the one place that wraps them")]

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request;
use axum::http::{HeaderMap, header};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{AppError, Result};

/// Bytes of a form; the longest holds a corrected quote of 500 lines.
const FORM_LIMIT: usize = 256 * 1024;

/// A form that was posted. Repeated fields become lists.
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        Ok(Self(parse_form(&form_bytes(request).await?)?))
    }
}

/// The body of a form, unread; it may be empty.
pub async fn form_bytes(request: Request) -> Result<Bytes> {
    if !is_form(request.headers()) {
        return Err(AppError::invalid("error.form_unreadable"));
    }
    axum::body::to_bytes(request.into_body(), FORM_LIMIT)
        .await
        .map_err(|_| AppError::invalid("error.form_too_large"))
}

/// The request as it came, and the body of its form beside it.
pub async fn keep_form(request: Request) -> Result<(Request, Bytes)> {
    let (parts, body) = request.into_parts();
    let read = axum::body::to_bytes(body, FORM_LIMIT).await;
    let bytes = read.map_err(|_| AppError::invalid("error.form_too_large"))?;
    Ok((Request::from_parts(parts, bytes.clone().into()), bytes))
}

/// A body without a content type is taken for a form.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split_once(';').map_or(kind, |(kind, _)| kind);
    kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether the script asks: it sends `Accept: application/json`, which a browser that navigates never does.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

/// Line breaks are one character each, as the page counts them: a browser without script sends two.
pub fn parse_form<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_html_form::from_bytes(&single_breaks(body)).map_err(|error| {
        tracing::debug!(%error, "a form could not be read");
        AppError::invalid("error.form_unreadable")
    })
}

fn single_breaks(body: &[u8]) -> Cow<'_, [u8]> {
    const RETURN: &[u8] = b"%0D%0A";
    if !body.windows(RETURN.len()).any(|bytes| bytes.eq_ignore_ascii_case(RETURN)) {
        return Cow::Borrowed(body);
    }
    let mut single = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        if rest.get(..RETURN.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(RETURN)) {
            rest = &rest[3..];
            continue;
        }
        single.push(*first);
        rest = after;
    }
    Cow::Owned(single)
}

/// The query of an address.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut request::Parts, _state: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        serde_html_form::from_str(query).map(Self).map_err(|error| {
            tracing::debug!(%error, "an address could not be read");
            AppError::invalid("error.query_unreadable")
        })
    }
}

/// The parameters of a path. An unparsable id is answered as not found.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self> {
        let found = axum::extract::Path::from_request_parts(parts, state).await;
        found.map(|axum::extract::Path(places)| Self(places)).map_err(|_| AppError::NotFound)
    }
}

/// Files, and the fields beside them, one after the other.
pub type Parts = axum::extract::Multipart;

#[derive(Debug)]
pub struct Multipart(pub Parts);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let found = Parts::from_request(request, state).await;
        found.map(Self).map_err(|_| AppError::invalid("error.form_unreadable"))
    }
}

/// A form without fields of its own.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct NoForm {}

/// A yes or no of a form.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum YesNo {
    #[serde(alias = "true")]
    Yes,
    #[serde(alias = "false")]
    No,
}

/// A day as `<input type=date>` sends it. A year that nobody means (0022) makes it unreadable; the database cannot hold
/// every day that can be written.
pub fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok().filter(|day: &Date| (2000..2200).contains(&day.year()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_line_break_is_one_character() {
        let read = |body: &str| parse_form::<Vec<(String, String)>>(body.as_bytes()).unwrap()[0].1.clone();
        assert_eq!(read("text=a%0D%0Ab%0d%0ac"), "a\nb\nc");
        assert_eq!(read("text=a%0Ab%0D%0A"), "a\nb\n");
        assert_eq!(read("text=%0D%250D%250A"), "\r%0D%0A");
    }

    #[test]
    fn only_forms_are_read_as_forms() {
        let says = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            is_form(&headers)
        };
        assert!(is_form(&HeaderMap::new()));
        assert!(says("application/x-www-form-urlencoded"));
        assert!(says("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            assert!(!says(kind), "{kind}");
        }
    }
}
