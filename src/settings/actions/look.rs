//! What a company looks like: colours, logo, and what its board says while it is empty.

use serde_json::{Value, json};

use super::{By, Changed};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{Result, Sentence};
use crate::settings::model::changes::{Part, check_read, version};
use crate::settings::model::colour::Colour;
use crate::settings::model::look::{Colours, CompanyLook, EmptyWords, LookPart, Picture, PictureKind};
use crate::settings::queries::look;

/// Sets the colours. None of both: the app's own.
#[derive(Debug)]
pub struct SetColours<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub colours: Colours,
}

impl Command for SetColours<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let before = look::get_look(tx).await?;
        if before.colours == self.colours {
            return Ok(Change::unchanged(()));
        }
        let (day, night) = said(before.colours);
        let own = Sentence::new("settings.conflict.colours").text("day", day).text("night", night);
        check_read(self.read, before.last(LookPart::Colours), own, self.by.now)?;
        look::upsert_colours(tx, self.colours).await?;
        let told = |colours: Colours| {
            let (day, night) = said(colours);
            json!({ "accent": day, "night": night })
        };
        let (was, is) = (told(before.colours), told(self.colours));
        keep(&self.by, tx, &before, LookPart::Colours, (was, is)).await
    }
}

/// As they are written; "–" where the app's own count.
fn said(colours: Colours) -> (String, String) {
    let one = |colour: Option<Colour>| colour.map_or_else(|| "–".to_owned(), |colour| colour.to_string());
    (one(colours.day), one(colours.night))
}

/// Sets what an empty board says.
#[derive(Debug)]
pub struct SetEmptyWords<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub words: EmptyWords,
}

impl Command for SetEmptyWords<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let before = look::get_look(tx).await?;
        if before.words == self.words {
            return Ok(Change::unchanged(()));
        }
        let set = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        let truth = Sentence::new("settings.conflict.words").text("title", set(&before.words.title));
        let truth = truth.text("text", set(&before.words.text));
        check_read(self.read, before.last(LookPart::Words), truth, self.by.now)?;
        look::upsert_words(tx, &self.words).await?;
        let told = |words: &EmptyWords| json!({ "title": words.title, "text": words.text });
        let (was, is) = (told(&before.words), told(&self.words));
        keep(&self.by, tx, &before, LookPart::Words, (was, is)).await
    }
}

/// Puts a picture in its place, or takes it away.
#[derive(Debug)]
pub struct SetPicture<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub kind: PictureKind,
    pub picture: Option<Picture>,
}

impl Command for SetPicture<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let before = look::get_look(tx).await?;
        let known = before.picture(self.kind).map(|known| known.hash.clone());
        let wanted = self.picture.as_ref().map(|picture| picture.hash.clone());
        if known == wanted {
            return Ok(Change::unchanged(()));
        }
        let part = LookPart::Picture(self.kind);
        check_read(self.read, before.last(part), Sentence::new("settings.conflict.picture"), self.by.now)?;
        match &self.picture {
            Some(picture) => look::upsert_picture(tx, self.kind, picture).await?,
            None => look::delete_picture(tx, self.kind).await?,
        }
        keep(&self.by, tx, &before, part, (json!({ "picture": known }), json!({ "picture": wanted }))).await
    }
}

async fn keep(
    by: &By<'_>,
    tx: &mut CompanyTx,
    look: &CompanyLook,
    part: LookPart,
    (before, after): (Value, Value),
) -> Result<Change> {
    let version = version(look.last(part));
    let changed = Changed { part: Part::Look, subject: part.code(), version, before: Some(before), after };
    Ok(by.record(tx, changed).await?.into())
}
