//! Who may do what, over HTTP: every command, every role, as the one table of permissions says.

use reqwest::multipart::Form;
use separacao::actor::{Grant, Overrides, Permission, Role};
use separacao::orders::commands;

use crate::isolation::routes::{FREE, Fields, OWNED};
use crate::isolation::{fill, filled};
use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, OTHER_SELLER, SELLER};

/// Through the page, as an administrator does.
async fn set_permissions(admin: &Client, overrides: &Overrides) {
    let mut form = vec![("version".to_owned(), "0".to_owned())];
    for permission in Permission::ALL.into_iter().filter(|permission| !permission.choices().is_empty()) {
        for role in Role::ALL {
            let name = format!("{}.{}", permission.code(), role.code());
            form.push((format!("was.{name}"), permission.grant(role).code().to_owned()));
            form.push((name, overrides.grant(permission, role).code().to_owned()));
        }
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = admin.tap("/settings/permissions", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// What each command needs, all of it. None: it is anybody's, or decided by something else than a role.
fn needed(path: &str) -> Option<Vec<Permission>> {
    let declared = declared(path)?;
    // It decides over the order as a whole, and picks.
    let both = path == commands::PICK_ALL.path;
    Some(if both { vec![declared, Permission::Pick] } else { vec![declared] })
}

fn declared(path: &str) -> Option<Permission> {
    if path == commands::CHANGE_NOTE.path {
        // The author's, too.
        return None;
    }
    if let Some(command) = commands::ALL.iter().find(|command| command.path == path) {
        return Some(command.permission);
    }
    Some(match path {
        // Whoever did it.
        "/orders/{order}/undo/{version}" | "/undo/{operation}" | "/purchasing/surplus/{operation}/undo" => {
            return None;
        }
        "/next" => Permission::Pick,
        "/anonymise" => Permission::Administer,
        "/quotes" => Permission::ImportQuote,
        path if path.starts_with("/quotes/") => Permission::ImportQuote,
        path if ["/people", "/settings", "/walls"].iter().any(|page| path.starts_with(page)) => {
            Permission::Administer
        }
        "/purchasing/receive" => Permission::Receive,
        "/purchasing/{purchase}/surplus" => Permission::SettlePurchase,
        path if path.starts_with("/purchasing/") => Permission::Buy,
        "/sign-in" | "/unlock" | "/sign-out" | "/language" | "/theme" | "/pin" | "/set-up" | "/shared"
        | "/touch" | "/wall/code" => {
            return None;
        }
        other => panic!("say in this table what {other} needs"),
    })
}

#[tokio::test]
async fn every_role_may_do_what_the_table_says_and_nothing_else() {
    must_hold(&[]).await;
}

/// Each permission that can be set is turned around for somebody.
#[tokio::test]
async fn every_role_may_do_what_its_company_has_set_and_nothing_else() {
    let mut set = Vec::new();
    for permission in Permission::ALL {
        let choices = permission.choices();
        for role in [Role::Seller, Role::Picker, Role::Buyer].into_iter().filter(|_| !choices.is_empty()) {
            let turned = if permission.grant(role) == Grant::No { Grant::Yes } else { Grant::No };
            set.push(format!("{} {} {}", permission.code(), role.code(), turned.code()));
        }
    }
    set.push("cancel admin no".to_owned());
    set.retain(|line| line != "change seller no");
    must_hold(&set).await;
}

async fn must_hold(set: &[String]) {
    let server = TestServer::start().await;
    let (_, _, ids) = fill(&server, "alfa", "uma nota").await;
    let overrides = Overrides::from_stored(set);
    let admin = server.signed_in("alfa", ADMIN).await;
    if !set.is_empty() {
        set_permissions(&admin, &overrides).await;
    }
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
        let Some(permissions) = needed(path) else { continue };
        // Those who may not come first, so that whoever may finds the order as it was.
        for (number, role, own) in people.iter().rev() {
            let client = server.signed_in("alfa", number).await;
            // Files come in a form of another kind.
            let answer = if matches!(path, "/quotes" | "/settings/look/picture/{kind}") {
                let upload = client.http().post(client.url(path)).multipart(Form::new().text("x", ""));
                client.send(upload.header("accept", "application/json")).await
            } else {
                client.tap(&filled(path, &ids), fields).await
            };
            let allowed = permissions.iter().all(|permission| match overrides.grant(*permission, *role) {
                Grant::Yes => true,
                Grant::Own => *own,
                Grant::FinishedByOneself | Grant::No => false,
            });
            let refused = answer.status == 403;
            assert_eq!(refused, !allowed, "{number} ({role:?}) at {path}: {} {}", answer.status, answer.text);
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
            seen += 1;
        }
    }
    assert!(seen >= 80, "only {seen} cases");
}
