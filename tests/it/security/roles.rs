//! Who may do what, over HTTP: every command, every role, as the one table of permissions says.

use reqwest::multipart::Form;
use separacao::actor::{Grant, Permission, Role};
use separacao::orders::commands;

use crate::isolation::routes::{FREE, Fields, OWNED};
use crate::isolation::{fill, filled};
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, OTHER_SELLER, SELLER};

/// What each command needs. None: it is anybody's, or decided by something else than a role.
fn needed(path: &str) -> Option<Permission> {
    if path == commands::CHANGE_NOTE.path {
        // The author's, too.
        return None;
    }
    if let Some(command) = commands::ALL.iter().find(|command| command.path == path) {
        return Some(command.permission);
    }
    Some(match path {
        "/next" => Permission::Pick,
        "/quotes" => Permission::ImportQuote,
        path if path.starts_with("/quotes/") => Permission::ImportQuote,
        path if path.starts_with("/people") => Permission::Administer,
        "/purchasing/receive" => Permission::Receive,
        "/purchasing/{purchase}/surplus" => Permission::SettlePurchase,
        path if path.starts_with("/purchasing/") => Permission::Buy,
        // Whoever did it.
        "/orders/{order}/undo/{version}" | "/undo/{operation}" => {
            return None;
        }
        "/sign-in" | "/unlock" | "/sign-out" | "/language" | "/pin" | "/set-up" | "/shared" | "/touch" => {
            return None;
        }
        other => panic!("say in this table what {other} needs"),
    })
}

#[tokio::test]
async fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let server = TestServer::start().await;
    let (_, _, ids) = fill(&server, "alfa", "uma nota").await;
    // Who imports, sells and finishes decides about "own": the order is the first seller's.
    let people = [
        (ADMIN, Role::Admin, false),
        (SELLER, Role::Seller, true),
        (OTHER_SELLER, Role::Seller, false),
        (OTHER_PICKER, Role::Picker, false),
        (BUYER, Role::Buyer, false),
    ];
    let free = FREE.iter().map(|(method, path)| (*method, *path, &[] as Fields));
    let mut seen = 0;
    for (_, path, fields) in OWNED.iter().copied().chain(free).filter(|(method, ..)| *method == "POST") {
        let Some(permission) = needed(path) else { continue };
        // Those who may not come first, so that whoever may finds the order as it was.
        for (number, role, own) in people.iter().rev() {
            let client = server.signed_in("alfa", number).await;
            // Files come in a form of another kind.
            let answer = if path == "/quotes" {
                let upload = client.http().post(client.url(path)).multipart(Form::new().text("x", ""));
                client.send(upload.header("accept", "application/json")).await
            } else {
                client.tap(&filled(path, &ids), fields).await
            };
            let allowed = match permission.grant(*role) {
                Grant::Yes => true,
                Grant::Own => *own,
                Grant::FinishedByOneself | Grant::No => false,
            };
            let refused = answer.status == 403;
            assert_eq!(refused, !allowed, "{number} ({role:?}) at {path}: {} {}", answer.status, answer.text);
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
            seen += 1;
        }
    }
    assert!(seen >= 80, "only {seen} cases");
}
