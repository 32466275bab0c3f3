//! PgBouncer, as it stands before PostgreSQL in transaction mode.

use std::fs;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::operator::Home;
use super::postgres::as_postgres;
use super::process::free_port;
use super::wait_for;

/// The server of a database's address, and what comes before and after it.
fn parts(url: &str) -> (&str, &str, &str) {
    let (before, rest) = url.split_once('@').expect("user@host in the URL");
    let (server, database) = rest.split_once('/').expect("a database in the URL");
    (before, server, database)
}

/// PgBouncer in transaction mode before the database; answers the address through it.
pub async fn start(home: &Home, url: &str) -> (Child, String) {
    let port = free_port();
    let (before, server, database) = parts(url);
    let (host, server_port) = server.split_once(':').expect("a port in the URL");
    let settings = home.0.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host={host} port={server_port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = transaction\nignore_startup_parameters = extra_float_digits\n"
    );
    fs::write(&settings, text).unwrap();
    let mut command = Command::new("pgbouncer");
    as_postgres(&mut command);
    let child = command.arg(&settings).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
    let child = child.expect("pgbouncer");
    wait_for("the pooler", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()).await;
    (child, format!("{before}@127.0.0.1:{port}/{database}"))
}
