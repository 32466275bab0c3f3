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
const MOST_CPU: Duration = Duration::from_micros(400);
/// The same with the frames of the tapper's own screen.
const MOST_CPU_WITH_FRAMES: Duration = Duration::from_micros(1_200);

pub async fn run(table: &mut Table, warehouse: &Warehouse, replica: &Replica) {
    let mut people = Vec::new();
    for number in &warehouse.crowd[..CLIENTS] {
        people.push(warehouse.sign_in(replica.port, "alfa", number).await);
    }
    let scripts = Scripts::write(warehouse, &people[0]).await;
    // Plans are those of a database in use: what they were made of when its tables were empty is analysed anew.
    tokio::task::block_in_place(|| over_http(replica, warehouse, &people));
    database::run_sql(&warehouse.url, "vacuum analyze").await;
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
    table.judge("pick over HTTP, 4 at a time", &format!("{http:.0}/s"), &floor, "≥ 85 %", share >= 85.0);
    let each = cpu / picks;
    table.judge("  server CPU", &time(each), "", "≤ 400 µs", each <= MOST_CPU);
    tokio::task::block_in_place(|| alone(table, replica, warehouse, &people[..1], &scripts));
    with_frames(table, replica, warehouse, &people[0]).await;
}

/// What nobody else's load explains: the time of a tap, and what its SQL alone takes, with fsync.
fn alone(table: &mut Table, replica: &Replica, warehouse: &Warehouse, person: &[Client], scripts: &Scripts) {
    let each = ROUND / over_http(replica, warehouse, person);
    let raw = scripts.run_alone(&warehouse.url);
    let ratio = each.as_secs_f64() / raw.as_secs_f64();
    let floor = format!("pgbench {} ({ratio:.2}×)", time(raw));
    table.judge("  one at a time, each", &time(each), &floor, "≤ 1.5 ×", ratio <= 1.5);
}

/// What a pick's SQL takes with nobody else about.
pub async fn sql_alone(warehouse: &Warehouse, person: &Client) -> Duration {
    let scripts = Scripts::write(warehouse, person).await;
    tokio::task::block_in_place(|| scripts.run_alone(&warehouse.url))
}

/// As a page sends it: the answer brings the frames that the page lacks.
async fn with_frames(table: &mut Table, replica: &Replica, warehouse: &Warehouse, person: &Client) {
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
    let each = (replica.cpu() - before) / TAPS;
    let what = "  with the frames of a 40-item order's screen";
    table.judge(what, &time(each), "", "≤ 1.2 ms", each <= MOST_CPU_WITH_FRAMES);
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

    fn run_alone(&self, url: &str) -> Duration {
        Duration::from_secs_f64(1.0 / self.run(url, 1))
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

/// What the server's queries say, with single spaces.
struct Texts(Vec<String>);

impl Texts {
    fn read() -> Self {
        let files = std::fs::read_dir(".sqlx").unwrap();
        let query = |file: std::fs::DirEntry| {
            let json: serde_json::Value =
                serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
            json["query"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        Self(files.map(|file| query(file.unwrap())).collect())
    }

    /// The one statement that begins and goes on so, with literals for its parameters. What sqlx is told in a column's
    /// name is left out, since pgbench makes variables of names.
    fn with(&self, begins: &str, holds: &str, literals: &[&str]) -> String {
        let mut found = self.0.iter().filter(|text| text.starts_with(begins) && text.contains(holds));
        let text = found.next().unwrap_or_else(|| panic!("no statement {begins}…{holds}"));
        assert!(found.next().is_none(), "{begins}…{holds} names more than one statement");
        assert!(!text.contains(&format!("${}", literals.len() + 1)), "{begins}… has more parameters");
        let parts = text.split('"').enumerate();
        let mut plain: String = parts
            .map(|(place, part)| match place % 2 {
                1 => part.split(['?', '!', ':']).next().unwrap_or(part),
                _ => part,
            })
            .collect();
        for (parameter, literal) in literals.iter().enumerate().rev() {
            plain = plain.replace(&format!("${}", parameter + 1), literal);
        }
        plain
    }

    /// The statements of a pick, in the order in which the server sends them.
    fn pick(&self, ids: &Ids, key: &str) -> String {
        let who = Literals::of(ids);
        let only = format!("array[{}]", who.item);
        [
            self.with("select id as \"id!\"", "from find_session", &[&format!("'\\x{key}'::bytea"), "now()"])
                + ";",
            "\\set random random(1, 281474976710655)".to_owned(),
            opening(&who),
            self.with("select i.id, i.position", "i.is_listed", &[&who.company, &who.order, &only])
                + " \\gset item_",
            self.write(&who),
            "commit;".to_owned(),
        ]
        .join("\n")
    }

    /// The line, its pick, the entry of the history, and the event.
    fn write(&self, who: &Literals) -> String {
        let Literals { company, person, order, item } = who;
        let next = format!("(select version + 1 from orders where company_id = {company} and id = {order})");
        let state = r#"'{"quantity":"1000000","picked":"1","rest_state":"pending"}'::jsonb"#;
        let picks = format!(
            "jsonb_build_array(jsonb_build_object('seq', {next}, 'person_id', {person}, 'quantity', '1', \
             'before', {state}, 'at', now()))"
        );
        let events = format!(
            "jsonb_build_array(jsonb_build_object('kind', 'item_picked', 'order_id', {order}, 'item_id', {item}, \
             'payload', jsonb_build_object('version', {next}), 'actor_id', {person}))"
        );
        let detail = r#"'{"lines":[{"id":1,"before":{"picked":"1"},"after":{"picked":"2"}}],"picks_added":[{"seq":1}]}'::jsonb"#;
        let entry =
            [company.as_str(), order, next.as_str(), "'item_picked'", item, "1", person, detail, "now()"];
        let operation = [person.as_str(), OPERATION];
        let amounts = ["1000000", ":item_picked::numeric + 1", "0", "'pending'", "0", "0", "0"];
        let texts = ["null", "null", "null", "false"];
        let feed = ["'{}'::integer[]", &picks, &events, "(random() * 1e18)::bigint", "null::jsonb"];
        let given_up = format!(
            "jsonb_build_object('kind', 'claim_changed', 'order_id', null, 'item_id', null, \
             'payload', '{{}}'::jsonb, 'actor_id', {person})"
        );
        let claim = ["null", "now() + interval '15 minutes'", "true", &given_up];
        let shortage = ["0", "false", "null", "null", "false"];
        let literals = [&entry[..], &operation, &amounts, &texts, &feed, &claim, &shortage].concat();
        self.with("with line as", "append_events", &literals) + ";"
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

/// The server opens, claims and locks in one round trip; so does pgbench.
fn opening(Literals { company, person, order, .. }: &Literals) -> String {
    let settings = [
        ("role", "separacao_app"),
        ("lock_timeout", "2000ms"),
        ("statement_timeout", "5000ms"),
        ("client_connection_check_interval", "1s"),
        ("plan_cache_mode", "force_generic_plan"),
        ("idle_in_transaction_session_timeout", "5s"),
    ];
    let settings = settings.map(|(name, value)| format!("set_config('{name}', '{value}', true)")).join(", ");
    format!(
        "\\startpipeline\nbegin;\nselect {settings}, set_config('app.company_id', {company}::text, true);\n\
         select is_first, roles, fingerprint, outcome \
         from claim_operation({company}, {person}, {OPERATION}, '\\x00'::bytea, null, now());\n\
         select locked.* from operations o cross join lateral lock_orders(o.company_id, array[{order}]) locked \
         where o.company_id = {company} and o.person_id = {person} and o.operation_id = {OPERATION} \
         and o.outcome is null;\n\\endpipeline"
    )
}
