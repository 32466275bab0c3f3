//! The one error type: a sentence for the person, the cause for the log.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::clock::Zone;
use crate::db::fault::{self, Fault};
use crate::lang::Lang;

/// A key of the catalogue with the values of its placeholders; rendered in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub key: Cow<'static, str>,
    pub values: Vec<(&'static str, Word)>,
}

/// A value inside a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// As it is: a name, a time of day.
    Text(String),
    /// A word of the catalogue, by its key.
    Said(String),
    /// Written the way the language writes numbers.
    Quantity(Decimal),
    /// Written as "às 14:32" where the company is, with the day where that is not the day of `now`.
    When { at: Timestamp, now: Timestamp },
    /// Chooses between `.one` and `.other`.
    Count(i64),
}

impl Sentence {
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), values: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, word: Word) -> Self {
        self.values.push((name, word));
        self
    }

    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Word::Text(text.into()))
    }

    /// `%{when}`
    pub fn when(self, at: Timestamp, now: Timestamp) -> Self {
        self.with("when", Word::When { at, now })
    }

    pub fn quantity(self, name: &'static str, quantity: Decimal) -> Self {
        self.with(name, Word::Quantity(quantity))
    }

    /// The sentence in words, with times as the company's clocks show them.
    pub fn say(&self, lang: Lang, zone: Zone) -> String {
        let mut key = self.key.to_string();
        let mut values = Vec::with_capacity(self.values.len());
        for (name, word) in &self.values {
            let text = match word {
                Word::Text(text) => text.clone(),
                Word::Said(key) => lang.t(key).into_owned(),
                Word::Quantity(quantity) => crate::html::format::quantity(lang, *quantity),
                Word::When { at, now } => crate::html::format::when(lang, *at, *now, zone),
                Word::Count(count) => {
                    key = format!("{key}.{}", if *count == 1 { "one" } else { "other" });
                    count.to_string()
                }
            };
            values.push((*name, text));
        }
        let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (*name, text.as_str())).collect();
        lang.t_with(&key, &values)
    }
}

/// Why a request failed. The sentence never contains the source; the log does.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in, or the session ended.
    #[error("not signed in")]
    SignedOut,
    /// A shared device that nobody has touched for a while: whoever it is proves the PIN first.
    #[error("idle")]
    Idle,
    #[error("not found")]
    NotFound,
    /// The same where the visitor may not learn that it existed; the sentence says what may have happened to it.
    #[error("gone: {}", .0.key)]
    Gone(Sentence),
    #[error("forbidden")]
    Forbidden,
    /// A screen on a wall asks for something that is not its board.
    #[error("not for a wall")]
    WallOnly,
    /// Step-up: the PIN has to be proven again first (`/unlock`).
    #[error("the PIN must be proven again")]
    StepUp,
    /// Nothing else is done before a PIN that somebody else gave is replaced (`/pin`).
    #[error("the PIN must be changed")]
    PinMustChange,
    /// The state has changed; the sentence says what it is now, and who changed it.
    #[error("conflict: {}", .0.key)]
    Conflict(Sentence),
    /// The input is invalid; each sentence stands beside its field.
    #[error("invalid: {}", .sentence.key)]
    Invalid { sentence: Sentence, fields: Vec<(String, Sentence)> },
    /// Too often; seconds until it makes sense to come back.
    #[error("too many requests: {}", .sentence.key)]
    TooMany { sentence: Sentence, retry_after: u64 },
    /// The database is away or overloaded; nothing was saved.
    #[error("unavailable")]
    Unavailable(#[source] Option<sqlx::Error>),
    /// The request needs more capacity than is free; the sentence says what to do.
    #[error("busy: {}", .0.key)]
    Busy(Sentence),
    /// The database's disk is full; nothing was saved, and somebody has to make room.
    #[error("the database has no space left")]
    NoSpace(#[source] sqlx::Error),
    #[error("internal")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    pub fn invalid(key: &'static str) -> Self {
        AppError::Invalid { sentence: Sentence::new(key), fields: Vec::new() }
    }

    pub fn field(name: &str, key: &'static str) -> Self {
        let sentence = Sentence::new(key);
        AppError::Invalid { sentence: sentence.clone(), fields: vec![(name.to_owned(), sentence)] }
    }

    pub fn conflict(key: &'static str) -> Self {
        AppError::Conflict(Sentence::new(key))
    }

    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        AppError::Internal(source.into())
    }

    /// What the person reads.
    pub fn sentence(&self) -> Sentence {
        match self {
            AppError::SignedOut => Sentence::new("error.signed_out"),
            AppError::Idle => Sentence::new("error.idle"),
            AppError::NotFound => Sentence::new("error.not_found"),
            AppError::Forbidden => Sentence::new("error.forbidden"),
            AppError::WallOnly => Sentence::new("error.wall_only"),
            AppError::StepUp => Sentence::new("error.step_up"),
            AppError::PinMustChange => Sentence::new("error.pin_must_change"),
            AppError::Gone(sentence)
            | AppError::Conflict(sentence)
            | AppError::Busy(sentence)
            | AppError::Invalid { sentence, .. }
            | AppError::TooMany { sentence, .. } => sentence.clone(),
            AppError::Unavailable(_) => Sentence::new("error.unavailable"),
            AppError::NoSpace(_) => Sentence::new("error.no_space"),
            AppError::Internal(_) => Sentence::new("error.internal"),
        }
    }

    /// Whether the same transaction may succeed when it is simply run again: a deadlock, a serialization
    /// failure, a lock that was not free within its two seconds, or a connection that was of no use any more.
    pub fn is_transient(&self) -> bool {
        let AppError::Unavailable(Some(error)) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        matches!(code.as_deref(), Some("40001" | "40P01" | "55P03")) || fault::is_worth_another_try(error)
    }
}

/// An error with everything that led to it, for the log: in JSON, tracing tells the outermost alone.
#[derive(Debug)]
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// Named constraints that a person can violate, and the sentence for each.
const CONSTRAINTS: &[(&str, &str)] = &[
    ("orders_number_key", "conflict.number_taken_plain"),
    ("orders_packaging_allowed", "orders.error.packaging_not_allowed"),
    ("people_number_key", "people.error.number_taken"),
    ("companies_code_key", "setup.error.code_taken"),
    ("walls_name_key", "walls.name_taken"),
];

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => AppError::NotFound,
            sqlx::Error::Database(database) => {
                let known = CONSTRAINTS.iter().find(|(name, _)| database.constraint() == Some(*name));
                let code = database.code().unwrap_or_default().into_owned();
                match (known, code.as_str()) {
                    (Some((_, key)), _) => AppError::conflict(key),
                    (None, "53100") => AppError::NoSpace(error),
                    // Out of memory or connections, a lock time-out, a transaction that was given up, and what is wrong
                    // with a connection or its server: all pass.
                    (None, code)
                        if code.starts_with("53")
                            || code.starts_with("40")
                            || matches!(code, "55P03" | "57014")
                            || Fault::of_code(code) != Fault::Statement =>
                    {
                        AppError::Unavailable(Some(error))
                    }
                    // A text with a zero byte.
                    (None, "22021" | "22P05") => AppError::invalid("error.form_unreadable"),
                    _ => AppError::internal(error),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => AppError::Unavailable(Some(error)),
            _ => AppError::internal(error),
        }
    }
}

/// The result of everything that a request runs through.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    pub fn status(&self) -> StatusCode {
        match self {
            AppError::SignedOut | AppError::Idle => StatusCode::UNAUTHORIZED,
            AppError::NotFound | AppError::Gone(_) => StatusCode::NOT_FOUND,
            AppError::Forbidden | AppError::WallOnly | AppError::StepUp | AppError::PinMustChange => {
                StatusCode::FORBIDDEN
            }
            AppError::Conflict(_) => StatusCode::CONFLICT,
            AppError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::Unavailable(_) | AppError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            AppError::NoSpace(_) => StatusCode::INSUFFICIENT_STORAGE,
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `type` of the problem document: a word where the script has to act on it.
    pub fn problem_type(&self) -> &'static str {
        match self {
            AppError::Idle => "idle",
            AppError::StepUp => "step-up",
            AppError::PinMustChange => "pin-must-change",
            _ => "about:blank",
        }
    }

    /// Gives a page that shows the sentence itself the error's status and `Retry-After`.
    pub fn mark(&self, response: &mut Response) {
        *response.status_mut() = self.status();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// Seconds after which a retry makes sense, where waiting helps.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            AppError::TooMany { retry_after, .. } => Some(*retry_after),
            AppError::Unavailable(_) => Some(2),
            AppError::Busy(_) => Some(5),
            _ => None,
        }
    }
}

/// Marks the answer to a request of a foreign origin.
#[derive(Clone, Copy, Debug)]
pub struct OriginRefused;

impl IntoResponse for OriginRefused {
    fn into_response(self) -> Response {
        let mut response = AppError::Forbidden.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An empty response that carries the error; the http layer puts it into words, for a page or for the script.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
