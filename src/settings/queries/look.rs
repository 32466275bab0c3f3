//! SQL of what a company looks like.

use super::changes;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::PictureFacts;
use crate::settings::model::changes::Part;
use crate::settings::model::colour::Colour;
use crate::settings::model::look::{Colours, CompanyLook, EmptyWords, Picture, PictureKind};

/// Everything that is set, with who set it.
pub async fn get_look(tx: &mut CompanyTx) -> Result<CompanyLook> {
    let last = changes::list_newest(tx, Part::Look).await?;
    let pictures = sqlx::query!(
        "select kind, hash, width, height from company_pictures where company_id = $1",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut look = CompanyLook { last, ..CompanyLook::default() };
    for row in pictures {
        let facts = Some(PictureFacts { hash: row.hash, width: row.width, height: row.height });
        match row.kind == PictureKind::Logo.code() {
            true => look.logo = facts,
            false => look.empty = facts,
        }
    }
    let row = sqlx::query!(
        "select accent, accent_night, empty_title, empty_text from company_looks where company_id = $1",
        tx.company_id().0
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(row) = row {
        let colour = |stored: Option<String>| stored.as_deref().and_then(Colour::parse);
        look.colours = Colours { day: colour(row.accent), night: colour(row.accent_night) };
        look.words = EmptyWords { title: row.empty_title, text: row.empty_text };
    }
    Ok(look)
}

pub async fn upsert_colours(tx: &mut CompanyTx, colours: Colours) -> Result<()> {
    sqlx::query!(
        "insert into company_looks (company_id, accent, accent_night) values ($1, $2, $3)
         on conflict on constraint company_looks_pkey
         do update set accent = excluded.accent, accent_night = excluded.accent_night",
        tx.company_id().0,
        colours.day.map(|colour| colour.to_string()),
        colours.night.map(|colour| colour.to_string())
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn upsert_words(tx: &mut CompanyTx, words: &EmptyWords) -> Result<()> {
    sqlx::query!(
        "insert into company_looks (company_id, empty_title, empty_text) values ($1, $2, $3)
         on conflict on constraint company_looks_pkey
         do update set empty_title = excluded.empty_title, empty_text = excluded.empty_text",
        tx.company_id().0,
        words.title,
        words.text
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a picture in the place of the one before; the row of the look is what pages find it by.
pub async fn upsert_picture(tx: &mut CompanyTx, kind: PictureKind, picture: &Picture) -> Result<()> {
    sqlx::query!(
        "with look as (
           insert into company_looks (company_id) values ($1) on conflict on constraint company_looks_pkey do nothing
         )
         insert into company_pictures (company_id, kind, hash, content_type, width, height, bytes)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint company_pictures_pkey
         do update set hash = excluded.hash, content_type = excluded.content_type, width = excluded.width,
           height = excluded.height, bytes = excluded.bytes",
        tx.company_id().0,
        kind.code(),
        picture.hash,
        picture.content_type,
        picture.width,
        picture.height,
        picture.bytes
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_picture(tx: &mut CompanyTx, kind: PictureKind) -> Result<()> {
    sqlx::query!(
        "delete from company_pictures where company_id = $1 and kind = $2",
        tx.company_id().0,
        kind.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is served: its type and its bytes.
pub async fn find_picture(tx: &mut CompanyTx, hash: &str) -> Result<Option<(String, Vec<u8>)>> {
    let row = sqlx::query!(
        "select content_type, bytes from company_pictures where company_id = $1 and hash = $2 limit 1",
        tx.company_id().0,
        hash
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.content_type, row.bytes)))
}
