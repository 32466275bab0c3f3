//! A pick over HTTP, beside pgbench that runs the same SQL: the very texts of `.sqlx`, in the server's order.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::Connection;
use uuid::Uuid;

use crate::company::Warehouse;
use crate::http::Keep;
use crate::live::{accepted, pick_paths};
use crate::replica::Replica;
use crate::support::client::Client;
use crate::support::database;
use crate::table::{Table, time};

const CLIENTS: usize = 4;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
const MOST_CPU: Duration = Duration::from_micros(350);

pub async fn run(table: &mut Table, warehouse: &Warehouse, replica: &Replica) {
    let mut people = Vec::new();
    for number in &warehouse.crowd[..CLIENTS] {
        people.push(warehouse.sign_in(replica.port, "alfa", number).await);
    }
    let scripts = Scripts::write(warehouse, &people[0]).await;
    let (mut http, mut raw) = (0.0, 0.0);
    let mut cpu = Duration::ZERO;
    let mut picks = 0;
    for _ in 0..ROUNDS {
        let before = replica.cpu();
        let done = tokio::task::block_in_place(|| over_http(replica, warehouse, &people));
        cpu += replica.cpu() - before;
        picks += done;
        http += f64::from(done) / ROUND.as_secs_f64() / ROUNDS as f64;
        raw += tokio::task::block_in_place(|| scripts.run(&warehouse.url, CLIENTS)) / ROUNDS as f64;
    }
    let share = http / raw * 100.0;
    let floor = format!("pgbench {raw:.0}/s ({share:.0} %)");
    table.judge("pick over HTTP, 4 at a time", &format!("{http:.0}/s"), &floor, "≥ 60 %", share >= 60.0);
    let each = cpu / picks;
    table.judge("  server CPU", &time(each), "", "≤ 350 µs", each <= MOST_CPU);
    tokio::task::block_in_place(|| alone(table, replica, warehouse, &people[..1], &scripts));
    with_frames(table, replica, warehouse, &people[0]).await;
}

/// What nobody else's load explains: the time of a tap, and what its SQL alone takes, with fsync.
fn alone(table: &Table, replica: &Replica, warehouse: &Warehouse, person: &[Client], scripts: &Scripts) {
    let each = ROUND / over_http(replica, warehouse, person);
    let raw = Duration::from_secs_f64(1.0 / scripts.run(&warehouse.url, 1));
    table.tell("  one at a time, each", &time(each), &format!("pgbench {}", time(raw)));
}

/// As a page sends it: the answer brings the frames that the page lacks.
async fn with_frames(table: &Table, replica: &Replica, warehouse: &Warehouse, person: &Client) {
    const TAPS: u32 = 200;
    let order = &warehouse.orders[0];
    let mut keep = Keep::open(replica.port, &person.cookie_header());
    // pgbench rings no bell: thousands of its events are news to the replica, which then looks once.
    let first = format!("/orders/{}/items/{}/pick", order.id, order.items[0]);
    let page = person.page(&format!("/orders/{}", order.id)).await;
    keep.tap(&first, "quantity=1", &format!("x-screen: {}\r\nx-cursor: {}\r\n", page.screen, page.cursor));
    let mut page = person.page(&format!("/orders/{}", order.id)).await;
    let before = replica.cpu();
    for tap in 0..TAPS as usize {
        let path = format!("/orders/{}/items/{}/pick", order.id, order.items[tap % order.items.len()]);
        let more = format!("x-screen: {}\r\nx-cursor: {}\r\n", page.screen, page.cursor);
        let answer = keep.tap(&path, "quantity=1", &more);
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let frame = &answer["frames"][0];
        page.cursor = format!(
            "{}.{}.{}",
            frame["epoch"].as_str().unwrap(),
            frame["to"],
            frame["tag"].as_str().unwrap()
        );
    }
    table.tell("  with the frames of a 40-item order's screen", &time((replica.cpu() - before) / TAPS), "");
}

/// Each client taps on orders of its own; answers how many picks were accepted.
fn over_http(replica: &Replica, warehouse: &Warehouse, people: &[Client]) -> u32 {
    let paths = pick_paths(warehouse);
    let share = paths.len() / people.len();
    std::thread::scope(|scope| {
        let clients: Vec<_> = people
            .iter()
            .zip(paths.chunks(share))
            .map(|(person, mine)| {
                let mut keep = Keep::open(replica.port, &person.cookie_header());
                scope.spawn(move || {
                    let began = Instant::now();
                    let mut done = 0;
                    for path in mine.iter().cycle() {
                        if began.elapsed() >= ROUND {
                            break;
                        }
                        accepted(&mut keep, path);
                        done += 1;
                    }
                    done
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    })
}

/// A pgbench script for each of many items, since pgbench cannot choose an id by itself.
struct Scripts {
    folder: std::path::PathBuf,
}

impl Scripts {
    async fn write(warehouse: &Warehouse, person: &Client) -> Self {
        let folder = std::env::temp_dir().join(format!("separacao-bench-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        let cookie = person.cookie_header();
        let (person_id, key) = session_of(&warehouse.url, &warehouse.crowd[0], &cookie).await;
        let texts = Texts::read();
        for (count, order) in warehouse.orders.iter().enumerate() {
            for (line, item) in order.items.iter().take(4).enumerate() {
                let ids =
                    Ids { company: warehouse.company_id, person: person_id, order: order.id.0, item: item.0 };
                let script = texts.pick(&ids, &key);
                std::fs::write(folder.join(format!("{count}-{line}.sql")), script).unwrap();
            }
        }
        Self { folder }
    }

    /// Picks a second.
    fn run(&self, url: &str, clients: usize) -> f64 {
        let bin = std::env::var("PGBIN").expect("PGBIN: run the bench with make bench");
        let mut pgbench = Command::new(Path::new(&bin).join("pgbench"));
        pgbench.args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()]);
        pgbench.args(["-T", &ROUND.as_secs().to_string()]);
        for script in std::fs::read_dir(&self.folder).unwrap() {
            pgbench.arg("-f").arg(script.unwrap().path());
        }
        let output = pgbench.arg(url).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let line = text.lines().find(|line| line.starts_with("tps = ")).unwrap();
        line.split(' ').nth(2).unwrap().parse().unwrap()
    }
}

impl Drop for Scripts {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Ids {
    company: Uuid,
    person: Uuid,
    order: Uuid,
    item: Uuid,
}

/// The person's id and the key of a session, to be looked up as the server does.
async fn session_of(url: &str, number: &str, cookie: &str) -> (Uuid, String) {
    assert!(cookie.contains("session="), "signed in");
    let mut connection = database::superuser(url).await;
    let found = sqlx::query_as(
        "select p.id, encode(s.key, 'hex') from sessions s join people p on p.id = s.person_id where p.number = $1",
    )
    .bind(number)
    .fetch_one(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    found
}

/// What the server's queries say, by their beginnings.
struct Texts(Vec<String>);

impl Texts {
    fn read() -> Self {
        let files = std::fs::read_dir(".sqlx").unwrap();
        let query = |file: std::fs::DirEntry| {
            let json: serde_json::Value =
                serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
            json["query"].as_str().unwrap().to_owned()
        };
        Self(files.map(|file| query(file.unwrap())).collect())
    }

    /// The one statement that begins and goes on so, with literals for its parameters. Types that sqlx is told
    /// in a column's name are left out, since pgbench makes variables of names.
    fn with(&self, begins: &str, holds: &str, literals: &[&str]) -> String {
        let mut found = self.0.iter().filter(|text| text.starts_with(begins) && text.contains(holds));
        let text = found.next().unwrap_or_else(|| panic!("no statement {begins}…{holds}"));
        assert!(found.next().is_none(), "{begins}…{holds} names more than one statement");
        assert!(!text.contains(&format!("${}", literals.len() + 1)), "{begins}… has more parameters");
        let plain: String = text.split('"').map(|part| part.trim_end_matches(['?', '!'])).collect();
        let mut plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        for (parameter, literal) in literals.iter().enumerate().rev() {
            plain = plain.replace(&format!("${}", parameter + 1), literal);
        }
        plain
    }

    /// The statements of a pick, in the order in which the server sends them.
    fn pick(&self, ids: &Ids, key: &str) -> String {
        let who = Literals::of(ids);
        let [company, order] = [who.company.as_str(), who.order.as_str()];
        let only = format!("array[{}]", who.item);
        [
            self.with("select id as \"id!\"", "from find_session", &[&format!("'\\x{key}'::bytea"), "now()"])
                + ";",
            opening(&format!(
                "{}, set_config('app.company_id', '{}', true)",
                local("separacao_app", "10s"),
                ids.company
            )),
            "\\set random random(1, 281474976710655)".to_owned(),
            self.claim(&who),
            self.with("select o.state, o.number", "for no key update", &[company, order]) + " \\gset",
            self.with("select i.id, i.position", "", &[company, order, &only]) + " \\gset item_",
            "\\set next :version + 1".to_owned(),
            self.update_line(&who),
            self.insert_pick(&who),
            self.insert_entry(&who),
            self.insert_event(&who),
            "commit;".to_owned(),
        ]
        .join("\n")
    }

    fn claim(&self, who: &Literals) -> String {
        let literals = [who.company.as_str(), &who.person, OPERATION, "'\\x00'::bytea", "now()"];
        self.with("insert into operations", "", &literals) + ";"
    }

    /// The line's new state.
    fn update_line(&self, who: &Literals) -> String {
        let amounts = ["1000000", ":item_picked::numeric + 1", "0", "'pending'", "0", "0", "0"];
        let texts = ["null", "null", "null", ":next", "false"];
        let literals = [[who.company.as_str(), &who.item].as_slice(), &amounts, &texts].concat();
        self.with("update order_items set quantity", "", &literals) + ";"
    }

    /// The pick itself.
    fn insert_pick(&self, who: &Literals) -> String {
        let state = r#"'{"quantity":"1000000","picked":"1","rest_state":"pending"}'::jsonb"#;
        let literals =
            [who.company.as_str(), &who.order, &who.item, ":next", &who.person, "1", state, "now()"];
        self.with("insert into item_picks", "", &literals) + ";"
    }

    /// The entry of the history, with the order's new version.
    fn insert_entry(&self, who: &Literals) -> String {
        let detail = r#"'{"lines":[{"id":1,"before":{"picked":"1"},"after":{"picked":"2"}}],"picks_added":[{"seq":1}]}'::jsonb"#;
        let line = [who.company.as_str(), &who.order, ":next", "'item_picked'", &who.item, "1"];
        let rest = [who.person.as_str(), detail, "null::bigint", "now()"];
        self.with("with bumped as", "", &[line.as_slice(), &rest].concat()) + ";"
    }

    /// The event of the feed, with the outcome of the operation.
    fn insert_event(&self, who: &Literals) -> String {
        let tag = "(random() * 1e18)::bigint";
        let payload = "'{\"version\":1}'::jsonb";
        let event = [who.company.as_str(), tag, "'item_picked'", &who.order, &who.item, payload];
        let outcome = [who.person.as_str(), "now()", &who.person, OPERATION, ":next"];
        self.with("with head as", "", &[event.as_slice(), &outcome].concat()) + ";"
    }
}

/// A fresh operation id, as pgbench writes one.
const OPERATION: &str = "('00000000-0000-7000-8000-' || lpad(to_hex(:random::bigint), 12, '0'))::uuid";

/// The ids of a pick, as SQL.
struct Literals {
    company: String,
    person: String,
    order: String,
    item: String,
}

impl Literals {
    fn of(ids: &Ids) -> Self {
        let [company, person, order, item] =
            [ids.company, ids.person, ids.order, ids.item].map(|id| format!("'{id}'::uuid"));
        Self { company, person, order, item }
    }
}

/// The server opens a transaction in one round trip; so does pgbench.
fn opening(settings: &str) -> String {
    format!("\\startpipeline\nbegin; select {settings};\n\\endpipeline")
}

/// The settings of `db::local`.
fn local(role: &str, longest: &str) -> String {
    format!(
        "set_config('role', '{role}', true), set_config('lock_timeout', '2s', true), \
         set_config('statement_timeout', '{longest}', true), \
         set_config('idle_in_transaction_session_timeout', '5s', true)"
    )
}
