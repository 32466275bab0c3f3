//! A text is as long in its field as it is for the server.

use super::chromium::Browser;
use super::field::path;
use crate::support::server::TestServer;
use crate::support::world::PICKER;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_field_lets_in_is_never_refused_for_its_length() {
    let server = TestServer::start().await;
    let order = server.company("alfa").await.import(1).await;
    let joao = Browser::of(PICKER, server.port).await;
    joao.open(&path(&order)).await;
    // More than fits of each; the field keeps what it takes: letters of two units, lines, letters of one.
    let texts = ["'\u{1f4e6}'.repeat(400)", "'linha\\n'.repeat(120)", "'\u{e3}'.repeat(600)"];
    for (notes, text) in (1..).zip(texts) {
        joao.click(".note-add summary").await;
        let typed = format!(
            "(() => {{ const field = document.querySelector('.note-add textarea'); field.focus(); \
             document.execCommand('insertText', false, {text}); return field.value.length; }})()"
        );
        let length = joao.eval(&typed).await.as_u64().unwrap_or_default();
        assert!((450..=500).contains(&length), "{text}: {length} units");
        joao.click(".note-add button").await;
        joao.until(
            "the note",
            &format!("document.querySelectorAll('#order-notes .note-text').length === {notes}"),
        )
        .await;
        // The frame with the note may come before the answer that closes the fold.
        joao.until("the fold closed", "!document.querySelector('.note-add').open").await;
        joao.lets_a_press_end().await;
    }
    joao.quit().await;
}
