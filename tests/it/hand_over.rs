//! A seller goes; the orders stay, are anybody's who sells, and go on with somebody else.

use separacao::ids::PersonId;
use sqlx::{AssertSqlSafe, Executor};

use crate::support::client::{Answer, Client};
use crate::support::database::{count, superuser};
use crate::support::server::TestServer;
use crate::support::wait_for;
use crate::support::watched::Watched;
use crate::support::world::{ADMIN, Imported, OTHER_SELLER, PICKER, SELLER};

fn done(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Whether the order's page lets its reader change it.
async fn may_change(client: &Client, path: &str) -> bool {
    let page = client.get(path).await.text;
    let (_, main) = page.split_once("<main").unwrap();
    let (_, can) = main.split_once("data-can=\"").unwrap();
    can.split_once('"').unwrap().0.split(' ').any(|word| word == "change")
}

#[tokio::test]
async fn the_orders_of_a_seller_who_is_gone_are_every_seller_s_and_open_screens_are_told() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let order = company.import(1).await;
    let path = format!("/orders/{}", order.id);
    let (admin, caio) = (one.signed_in("alfa", ADMIN).await, two.signed_in("alfa", OTHER_SELLER).await);
    let mut screens = Vec::new();
    for at in [path.as_str(), "/", "/?q=paula", "/quotes"] {
        screens.push(Watched::open(&caio, at).await);
    }
    assert!(!may_change(&caio, &path).await);
    let active = format!("/people/{}/active", company.person(SELLER).await);
    for (wanted, may) in [("no", true), ("yes", false)] {
        done(&admin.tap(&active, &[("active", wanted)]).await);
        for screen in &mut screens {
            screen.must_equal_a_fresh_page(wanted).await;
            assert!(
                std::mem::take(&mut screen.refetched),
                "active={wanted}: {} was not told",
                screen.page.screen
            );
        }
        assert_eq!(may_change(&caio, &path).await, may);
        let urgent = caio.tap(&format!("{path}/urgent"), &[("urgent", wanted)]).await;
        assert_eq!(urgent.status, if may { 200 } else { 403 }, "{}", urgent.text);
    }
    // Who sells no more, or for the first time, is offered as a seller no more, or from now on.
    let roles = format!("/people/{}/roles", company.person(PICKER).await);
    for wanted in [&[("roles", "picker"), ("roles", "seller")][..], &[("roles", "picker")]] {
        done(&admin.tap(&roles, wanted).await);
        for screen in &mut screens {
            screen.must_equal_a_fresh_page("roles").await;
            assert!(std::mem::take(&mut screen.refetched), "{} was not told", screen.page.screen);
        }
    }
    // A picker who comes or goes changes nothing about orders.
    let picker = format!("/people/{}/active", company.person(PICKER).await);
    done(&admin.tap(&picker, &[("active", "no")]).await);
    let pick = format!("{path}/items/{}/pick", order.items[0]);
    done(&admin.tap(&pick, &[("quantity", "1")]).await);
    screens[0].must_equal_a_fresh_page("a pick").await;
    assert!(!screens[0].refetched, "by fragments");
}

async fn finish(admin: &Client, order: &Imported) {
    let path = format!("/orders/{}", order.id);
    done(&admin.tap(&format!("{path}/items/{}/pick", order.items[0]), &[("quantity", "10")]).await);
    done(&admin.tap(&format!("{path}/finish"), &[]).await);
}

async fn must_tell_of_the_hand_over(caio: &Client, order: &Imported) {
    let page = caio.get(&format!("/orders/{}", order.id)).await.text;
    assert!(page.contains("Ana Souza passou o pedido para outro vendedor"), "{page}");
    assert!(page.contains("Marina Alves Prado → Caio Bento da Luz"), "{page}");
}

#[tokio::test]
async fn an_administrator_hands_all_open_orders_of_a_seller_to_another() {
    let (one, two) = TestServer::pair().await;
    let company = one.company("alfa").await;
    let (first, second, finished) =
        (company.import(1).await, company.import(1).await, company.import(1).await);
    let (admin, caio) = (one.signed_in("alfa", ADMIN).await, two.signed_in("alfa", OTHER_SELLER).await);
    finish(&admin, &finished).await;
    let (marina, caio_id) = (company.person(SELLER).await, company.person(OTHER_SELLER).await);
    done(&admin.tap(&format!("/people/{marina}/active"), &[("active", "no")]).await);

    let page = admin.get("/people").await.text;
    assert!(page.contains(&format!("href=\"/people?orders={marina}\"")), "{page}");
    let form = admin.get(&format!("/people?orders={marina}")).await.text;
    for wanted in ["Passar os pedidos de Marina Alves Prado", "2 pedidos abertos", "Caio Bento da Luz"] {
        assert!(form.contains(wanted), "{wanted} is not in {form}");
    }
    let path = format!("/orders/{}", first.id);
    let mut screens = Vec::new();
    for at in [path.as_str(), "/", "/?q=paula"] {
        screens.push(Watched::open(&caio, at).await);
    }
    let over = format!("/people/{marina}/orders");
    let caio_id = caio_id.to_string();
    let to_caio = [("seller", caio_id.as_str())];
    let answer = admin.tap(&over, &to_caio).await;
    done(&answer);
    assert_eq!(answer.json()["location"], "/people");
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("handed over").await;
        assert!(screen.refetched, "{} was not told", screen.page.screen);
    }
    for order in [&first, &second] {
        let now = company.summary(order.id).await;
        assert_eq!((now.seller.as_str(), now.seller_active), ("Caio Bento da Luz", true));
        must_tell_of_the_hand_over(&caio, order).await;
    }
    assert_eq!(company.summary(finished.id).await.seller, "Marina Alves Prado", "what is finished stays");
    assert!(may_change(&caio, &path).await);
    let entries = "order_history where kind = 'order_handed_over'";
    assert_eq!(count(&one.database_url, entries).await, 2);
    // Taken back, they are Marina's again; where somebody handed one on meanwhile, that one stays.
    let third = company.person("1001").await.to_string();
    done(&admin.tap(&format!("/orders/{}/seller", second.id), &[("seller", &third)]).await);
    let undo = answer.json()["undo"].as_str().expect("it can be taken back").to_owned();
    assert_eq!(caio.tap(&undo, &[]).await.status, 409, "by who did it alone");
    let undone = admin.tap(&undo, &[]).await;
    done(&undone);
    let said = format!("Desfeito, menos um pedido em que alguém mexeu depois: {}", second.number);
    assert_eq!(undone.json()["message"], said, "the one that stays is named");
    assert_eq!(company.summary(first.id).await.seller, "Marina Alves Prado");
    assert_eq!(company.summary(second.id).await.seller, "Beatriz Lima");
    for screen in &mut screens {
        screen.must_equal_a_fresh_page("taken back").await;
    }
    done(&admin.tap(&over, &to_caio).await);
    done(&admin.tap(&format!("/orders/{}/seller", second.id), &[("seller", &caio_id)]).await);
    // Nothing is left to hand over, nor to take back.
    let nothing = admin.tap(&over, &to_caio).await;
    done(&nothing);
    assert_eq!(nothing.json()["undo"].as_str(), None, "{}", nothing.text);
    assert_eq!(nothing.json()["message"], "Não há pedidos abertos para passar.");
    assert_eq!(count(&one.database_url, entries).await, 5);
    assert!(admin.get(&format!("/people?orders={marina}")).await.text.contains("Não há pedidos abertos"));
}

/// Whoever sells no more and works on keeps the orders, which nobody else may change: so they are offered to be handed over.
#[tokio::test]
async fn the_orders_of_whoever_has_another_job_by_now_can_be_handed_over() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let (marina, picker) = (company.person(SELLER).await, company.person(PICKER).await);
    let offers = async |person: PersonId| {
        admin.get("/people").await.text.contains(&format!("href=\"/people?orders={person}\""))
    };
    done(&admin.tap(&format!("/people/{marina}/roles"), &[("roles", "picker")]).await);
    assert!(offers(marina).await && !offers(picker).await);
    let caio = company.person(OTHER_SELLER).await.to_string();
    done(&admin.tap(&format!("/people/{marina}/orders"), &[("seller", &caio)]).await);
    assert_eq!(company.summary(order.id).await.seller, "Caio Bento da Luz");
    assert!(!offers(marina).await, "nothing is left");
}

#[tokio::test]
async fn orders_go_only_to_active_sellers_and_only_by_administrators() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let marina = company.person(SELLER).await;
    let caio = company.person(OTHER_SELLER).await.to_string();
    let one = format!("/orders/{}/seller", order.id);
    let all = format!("/people/{marina}/orders");
    for number in [SELLER, OTHER_SELLER, PICKER] {
        let client = server.signed_in("alfa", number).await;
        for path in [&one, &all] {
            assert_eq!(client.tap(path, &[("seller", &caio)]).await.status, 403, "{number} at {path}");
        }
    }
    let picker = company.person(PICKER).await.to_string();
    let theirs = server.company("beta").await.person(OTHER_SELLER).await.to_string();
    done(&admin.tap(&format!("/people/{caio}/active"), &[("active", "no")]).await);
    for (whom, why) in [(&picker, "no seller"), (&theirs, "of another company"), (&caio, "not active")] {
        for path in [&one, &all] {
            let answer = admin.tap(path, &[("seller", whom)]).await;
            assert_eq!(answer.status, 422, "{why}: {}", answer.text);
            assert_eq!(answer.json()["fields"]["seller"], "Escolha outro vendedor, que esteja ativo");
        }
    }
    done(&admin.tap(&format!("/people/{caio}/active"), &[("active", "yes")]).await);
    done(&admin.tap(&one, &[("seller", &caio)]).await);
    assert_eq!(company.summary(order.id).await.seller, "Caio Bento da Luz");
    // A closed order is nobody's work any more.
    done(&admin.tap(&format!("/orders/{}/cancel", order.id), &[("reason", "desistiu")]).await);
    assert_eq!(admin.tap(&one, &[("seller", &marina.to_string())]).await.status, 409);
}

/// Else two who hand over both ways at once would wait for each other.
#[tokio::test]
async fn those_whose_orders_move_are_locked_in_the_order_of_their_ids() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let (marina, caio) = (company.person(SELLER).await, company.person(OTHER_SELLER).await);
    let (first, last) = (marina.min(caio), marina.max(caio));
    let (mut other, mut watcher) =
        (superuser(&server.database_url).await, superuser(&server.database_url).await);
    let mut locking = sqlx::Connection::begin(&mut other).await.unwrap();
    let lock = |person: PersonId| {
        AssertSqlSafe(format!("select from people where id = '{person}' for update nowait"))
    };
    locking.execute(lock(first)).await.unwrap();
    let tap = tokio::spawn(async move {
        admin.tap(&format!("/people/{last}/orders"), &[("seller", &first.to_string())]).await
    });
    let waits = "select exists (select from pg_stat_activity
        where datname = current_database() and application_name = 'separacao' and wait_event_type = 'Lock')";
    wait_for("a tap that waits", async || {
        sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut watcher).await.unwrap().then_some(())
    })
    .await;
    watcher.execute(lock(last)).await.expect("whoever waits for the first has not locked the last");
    locking.commit().await.unwrap();
    done(&tap.await.unwrap());
}
