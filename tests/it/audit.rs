//! What an auditor reads: everything that matters, and no secret.

use std::collections::BTreeSet;

use reqwest::StatusCode;

use crate::support::client::Client;
use crate::support::database::{run_sql, superuser};
use crate::support::server::TestServer;
use crate::support::wait_for;
use crate::support::world::{ADMIN, BUYER, OTHER_PICKER, PICKER, PIN, SELLER};

async fn rows(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/audit{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text);
    let rows = page.text.split("<tr id=\"audit-").skip(1);
    rows.map(|row| row.split("</tr>").next().unwrap_or_default().to_owned()).collect()
}

/// Everything that the filter leaves, page by page.
async fn walk(client: &Client, query: &str) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), format!("/audit{query}"));
    loop {
        let page = client.get(&next).await;
        assert_eq!(page.status, StatusCode::OK, "{next}");
        // The first page is live; the others say of when they are.
        let is_live = page.text.contains("data-screen=\"audit\"");
        assert!(is_live != next.contains("after=") && page.text.contains("id=\"live-line\""), "{next}");
        let rows = page.text.split("<tr id=\"audit-").skip(1);
        all.extend(rows.map(|row| row.split('"').next().unwrap_or_default().to_owned()));
        match page.text.split("rel=\"next\" href=\"").nth(1) {
            Some(rest) => next = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn what_people_do_is_told_newest_first_with_who_and_from_where() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let joao = server.signed_in("alfa", PICKER).await;
    let pick = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    assert_eq!(joao.tap(&pick, &[("quantity", "10")]).await.status, 200);
    let wrong = Client::new(server.port);
    wrong.post("/sign-in", &[("company", "alfa"), ("number", PICKER), ("pin", "111222")]).await;
    assert_eq!(joao.get("/people").await.status, StatusCode::FORBIDDEN);
    let roles = format!("/people/{}/roles", company.person(SELLER).await);
    assert_eq!(admin.tap(&roles, &[("roles", "seller"), ("roles", "buyer")]).await.status, 200);
    assert_eq!(admin.get("/history/export").await.status, 200);

    let all = rows(&admin, "").await;
    let place = |said: &str| {
        all.iter().position(|row| row.contains(said)).unwrap_or_else(|| panic!("{said}: {all:#?}"))
    };
    let told = [
        "Ana Souza baixou dados",
        "Ana Souza mudou as funções de Marina Alves Prado",
        "João Pereira tentou o que sua função não permite",
        "PIN errado de João Pereira",
        "João Pereira separou 10 × FO00",
        "João Pereira entrou",
        "Ana Souza entrou",
    ];
    let places: Vec<usize> = told.iter().map(|said| place(said)).collect();
    assert!(places.is_sorted(), "{places:?}: {all:#?}");
    assert!(all[places[1]].contains("Vendedor(a) → ") && all[places[1]].contains("Comprador(a)"));
    assert!(all[places[2]].contains("/people"));
    assert!(all[places[3]].contains("127.0.0.1") && all[places[3]].contains("aparelho novo"));
    assert!(
        all[places[4]].contains(&format!("/orders/{}", order.id)) && all[places[4]].contains(&order.number)
    );

    // Filters stand in the address.
    let count = async |query: &str| rows(&admin, query).await.len();
    assert_eq!(count("?kind=item_picked").await, 1);
    assert_eq!(count("?kind=sign_in_failed").await, 1);
    assert!(rows(&admin, "?kind=access").await.iter().all(|row| !row.contains("/orders/")));
    assert!(rows(&admin, "?kind=orders").await.iter().all(|row| row.contains("/orders/")));
    let marina = format!("?person={}", company.person(SELLER).await);
    let of_marina = rows(&admin, &marina).await;
    assert!(of_marina.iter().all(|row| row.contains("Marina")), "{of_marina:#?}");
    assert_eq!(count("?from=2020-01-01&to=2020-01-31").await, 0);
    assert!(admin.get("/audit?from=2020-01-01&to=2020-01-31").await.text.contains("Nada neste período"));
    // What cannot be read narrows nothing.
    assert_eq!(count("?kind=x&person=y&period=z&after=w").await, count("?period=today").await);
}

#[tokio::test]
async fn the_audit_is_for_administrators_and_its_file_for_those_who_have_proven_the_pin() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let picker = server.signed_in("alfa", PICKER).await;
    for path in ["/audit", "/audit/export"] {
        assert_eq!(picker.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let file = admin.get("/audit/export?period=today").await;
    assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("Ana Souza entrou"), "{}", file.text);
    // Taking it away is told, too.
    assert!(rows(&admin, "?kind=exported").await[0].contains("auditoria"));
    server.app.clock.advance(10 * 60);
    assert_eq!(admin.get("/audit/export").await.status, StatusCode::FORBIDDEN);
    let page = admin.get("/audit").await;
    assert!(page.status == StatusCode::OK && page.text.contains("action=\"/unlock\""));
}

/// How many rows of the two lists have been read so far. A backend tells it for sure when it goes.
async fn read(server: &TestServer) -> i64 {
    let mut database = superuser(&server.database_url).await;
    let others: Vec<i32> = sqlx::query_scalar(
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    // In a statement of its own: within the first one it would end those of other databases, too.
    sqlx::query("select pg_terminate_backend(pid) from unnest($1::int[]) pid")
        .bind(&others)
        .execute(&mut database)
        .await
        .unwrap();
    let mut gone = superuser(&server.database_url).await;
    let left = "select count(*) from pg_stat_activity where pid = any($1)";
    wait_for("the backends to go", async || {
        let left: i64 = sqlx::query_scalar(left).bind(&others).fetch_one(&mut gone).await.unwrap();
        (left == 0).then_some(())
    })
    .await;
    sqlx::query_scalar(
        "select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint
           from pg_stat_user_tables where relname in ('security_events', 'order_history')",
    )
    .fetch_one(&mut gone)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_is_rare_is_found_without_walking_through_everything_else() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let mut others = Vec::new();
    for number in [SELLER, BUYER, OTHER_PICKER] {
        others.push(format!("'{}'", company.person(number).await));
    }
    let (picker, others) =
        (company.person(PICKER).await, format!("(array[{}]::uuid[])[1 + n % 3]", others.join(", ")));
    let many = format!(
        "insert into security_events (company_id, id, kind, person_id, actor_id, at)
           select '{0}', gen_random_uuid(), 'signed_out', {1}, {1}, '{3}'::timestamptz - n * interval '1 second'
           from generate_series(1, 40000) n;
         insert into order_history (company_id, order_id, version, kind, actor_id, detail, at)
           select '{0}', '{2}', 1000 + n, 'item_picked', {1}, '{{}}', '{3}'::timestamptz - n * interval '1 second'
           from generate_series(1, 40000) n;
         analyze security_events, order_history",
        company.id,
        others,
        order.id,
        server.app.clock.now()
    );
    run_sql(&server.database_url, &many).await;
    assert_eq!(admin.get("/history/export").await.status, 200);
    let person = format!("person={picker}");
    for filter in ["kind=exported", "kind=admin", "kind=order_canceled", &person, "kind=wrong_pin"] {
        let before = read(&server).await;
        wait_for("the page", async || {
            let page = admin.get(&format!("/audit?period=30&{filter}")).await;
            (page.status == StatusCode::OK).then_some(())
        })
        .await;
        let after = read(&server).await;
        assert!(after - before < 5_000, "{filter}: {} rows", after - before);
    }
}

#[tokio::test]
async fn pages_tell_each_entry_once_also_those_of_one_moment() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let order = company.import(1).await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let person = company.person(ADMIN).await;
    let now = server.app.clock.now();
    // Three hundred events, and as many entries of an order, in six moments.
    let many = format!(
        "insert into security_events (company_id, id, kind, person_id, at)
           select '{0}', gen_random_uuid(), 'signed_out', '{1}', '{3}'::timestamptz - (n % 6) * interval '1 second'
           from generate_series(1, 300) n;
         insert into order_history (company_id, order_id, version, kind, actor_id, detail, at)
           select '{0}', '{2}', 1000 + n, 'order_urgent', '{1}', '{{}}', '{3}'::timestamptz - (n % 6) * interval '1 second'
           from generate_series(1, 300) n",
        company.id, person, order.id, now
    );
    run_sql(&server.database_url, &many).await;
    let all = walk(&admin, "?period=30").await;
    let told: BTreeSet<&String> = all.iter().collect();
    assert_eq!(told.len(), all.len(), "nothing twice");
    assert!(all.len() >= 602, "{}", all.len());
    assert_eq!(walk(&admin, "?period=30&kind=signed_out").await.len(), 300);
    assert_eq!(walk(&admin, "?period=30&kind=order_urgent").await.len(), 300);
    let file = admin.get("/audit/export?period=30").await;
    assert_eq!(file.text.lines().count(), all.len() + 2, "its head, and that it was taken away");
}

/// A slow line takes a long file for many minutes, and its rows are read meanwhile.
#[tokio::test]
async fn a_file_ends_where_who_takes_it_is_signed_out() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    // More than fits into what lies between.
    let (person, now) = (company.person(PICKER).await, server.app.clock.now());
    let many = format!(
        "insert into security_events (company_id, id, kind, person_id, address, at)
         select '{}', gen_random_uuid(), 'signed_out', '{person}', repeat('x', 2000),
           '{now}'::timestamptz - n * interval '1 second'
         from generate_series(1, 10000) n",
        company.id
    );
    run_sql(&server.database_url, &many).await;
    let request = admin.http().get(admin.url("/audit/export?period=30"));
    let mut file = request.header("cookie", admin.cookie_header()).send().await.unwrap();
    assert_eq!(file.status(), StatusCode::OK);
    let mut bytes = file.chunk().await.unwrap().expect("the first rows").to_vec();
    run_sql(&server.database_url, "delete from sessions").await;
    while let Some(more) = file.chunk().await.unwrap() {
        bytes.extend_from_slice(&more);
    }
    let text = String::from_utf8(bytes).unwrap();
    let last = text.lines().next_back().unwrap_or_default();
    assert!(last.contains("parou aqui"), "{last}");
    assert!(text.lines().count() < 10_000, "{}", text.lines().count());
}

#[tokio::test]
async fn nothing_that_opens_a_door_stands_in_the_audit() {
    let server = TestServer::start().await;
    let company = server.company("alfa").await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let pin = format!("/people/{}/pin", company.person(PICKER).await);
    let made = admin.post(&pin, &[("v", "1")]).await;
    let (_, after) = made.text.split_once("class=\"once-pin\">").expect("a PIN");
    let new_pin = after.split('<').next().unwrap().to_owned();
    let screen = Client::new(server.port);
    screen.post("/wall/code", &[]).await;
    let code: String = screen
        .get("/wall")
        .await
        .text
        .split_once("class=\"pairing-code\"")
        .unwrap()
        .1
        .split_once("</p>")
        .unwrap()
        .0
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(admin.tap("/walls", &[("code", &code), ("name", "TV")]).await.status, 200);
    let wrong = "918273";
    admin.tap("/walls", &[("code", wrong), ("name", "TV 2")]).await;
    let guess = Client::new(server.port);
    guess.post("/sign-in", &[("company", "alfa"), ("number", SELLER), ("pin", wrong)]).await;
    // A PIN typed where the number belongs.
    guess.post("/sign-in", &[("company", "alfa"), ("number", "739146"), ("pin", wrong)]).await;
    let secrets = [PIN, &new_pin, &code, wrong].map(str::to_owned).into_iter();
    let cookies = [&admin, &screen].map(Client::cookie_header).join("; ");
    let cookies =
        cookies.split("; ").filter_map(|cookie| cookie.split_once('=')).map(|(_, value)| value.to_owned());
    let secrets: Vec<String> = secrets.chain(cookies.filter(|value| value.len() > 6)).collect();
    assert!(secrets.len() > 6, "{secrets:?}");
    let file = admin.get("/audit/export?period=today").await.text;
    let page = admin.get("/audit?period=today").await.text;
    // The page names its build and ids; the list is what is read.
    let list = page.split_once("<tbody id=\"audit\"").unwrap().1.split_once("</tbody>").unwrap().0.to_owned();
    for secret in &secrets {
        // An id may hold six digits by chance.
        let plain = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == secret)
                || text.contains(&format!(" {secret}"))
        };
        assert!(!plain(&file) && !plain(&list), "{secret}");
    }
    assert!(file.contains("deu um PIN novo a João Pereira"));
}

#[tokio::test]
async fn the_first_page_is_fetched_again_when_something_happens() {
    let server = TestServer::start().await;
    let admin = server.signed_in("alfa", ADMIN).await;
    let mut page = admin.page("/audit").await;
    let mut socket = crate::support::socket::Socket::open(&admin, &mut page).await;
    server.company("alfa").await.import(1).await;
    let n = page.n() + 1;
    socket.follow(&mut page, n).await;
    assert!(page.touched);
}
