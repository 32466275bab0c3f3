//! Asks Sentinels which Redis is the master now.

use std::collections::HashMap;

use ::redis::Client;
use ::redis::aio::MultiplexedConnection;
use url::Url;

use super::doorbell::{ask, within};
use super::report::Section;

/// What a URL of the server's client says of Sentinels:
/// `redis-sentinel://user:password@host:port/0?node=host:port&sentinelServiceName=main`.
struct Sentinels {
    nodes: Vec<String>,
    service: String,
    /// `redis`, or `rediss`, for Sentinels and Redis alike.
    scheme: &'static str,
    /// `user:password@` of the Sentinels, where they want one.
    login: String,
}

pub fn is_of_sentinels(url: &str) -> bool {
    url.starts_with("redis-sentinel://") || url.starts_with("rediss-sentinel://")
}

/// The address of the master, with the user and the password of the URL.
pub async fn find_master(url: &str, section: &mut Section<'_>) -> Result<String, String> {
    let mut url = Url::parse(url).map_err(|error| error.to_string())?;
    let sentinels = Sentinels::of(&url)?;
    let (mut answering, mut master) = (0, None);
    for node in &sentinels.nodes {
        match sentinels.find_at(node).await {
            Ok((mut connection, found)) => {
                answering += 1;
                if master.is_none() {
                    quorum(&sentinels.service, &mut connection, section).await;
                    master = Some(found);
                }
            }
            Err(error) => section.warn(
                "sentinels",
                format!("{node}: {error}"),
                "start it again, or take it out of REDIS_URL",
            ),
        }
    }
    let (host, port) = master
        .ok_or_else(|| format!("none of {} Sentinels names a master", sentinels.nodes.len()))?
        .ok_or_else(|| format!("the Sentinels know no service {}", sentinels.service))?;
    section.ok("sentinels", format!("{answering} of {} answer", sentinels.nodes.len()));
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let given = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let login = match (url.username(), url.password()) {
        ("", None) => String::new(),
        (user, password) => format!("{user}:{}@", given(password)),
    };
    url.set_query(None);
    Ok(format!("{}://{login}{host}:{port}{}", sentinels.scheme, url.path()))
}

impl Sentinels {
    fn of(url: &Url) -> Result<Self, String> {
        let host = url.host_str().ok_or("it names no Sentinel")?;
        let mut nodes = vec![format!("{host}:{}", url.port().unwrap_or(26379))];
        let mut given: HashMap<String, String> = HashMap::new();
        for (name, value) in url.query_pairs() {
            match &*name {
                "node" => nodes.push(value.into_owned()),
                _ => drop(given.insert(name.into_owned(), value.into_owned())),
            }
        }
        let service = given.remove("sentinelServiceName").ok_or("it names no sentinelServiceName")?;
        let login = match (given.get("sentinelUsername"), given.get("sentinelPassword")) {
            (None, None) => String::new(),
            (user, password) => {
                format!("{}:{}@", user.map_or("", String::as_str), password.map_or("", String::as_str))
            }
        };
        let scheme = if url.scheme().starts_with("rediss") { "rediss" } else { "redis" };
        Ok(Self { nodes, service, scheme, login })
    }

    /// Where one Sentinel says the master is; None: it knows no such service.
    async fn find_at(&self, node: &str) -> Result<(MultiplexedConnection, Option<(String, u16)>), String> {
        let client = Client::open(format!("{}://{}{node}", self.scheme, self.login));
        let client = client.map_err(|error| error.to_string())?;
        let mut connection = within(client.get_multiplexed_async_connection()).await?;
        let words = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", &self.service];
        let found = ask(&mut connection, &words).await?;
        Ok((connection, found))
    }
}

/// Whether enough Sentinels are there to choose another master.
async fn quorum(service: &str, connection: &mut MultiplexedConnection, section: &mut Section<'_>) {
    match ask::<String>(connection, &["SENTINEL", "CKQUORUM", service]).await {
        Ok(_) => section.ok("quorum", "another master can be chosen"),
        Err(error) => {
            section.warn("quorum", error, "run as many Sentinels as are needed to choose another master");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_s_client_is_told_is_read_from_its_url() {
        let url =
            "rediss-sentinel://u:p@a.example:7000/0?node=b:7001&sentinelServiceName=main&sentinelPassword=s";
        let sentinels = Sentinels::of(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(sentinels.nodes, ["a.example:7000", "b:7001"]);
        assert_eq!((sentinels.scheme, &*sentinels.service, &*sentinels.login), ("rediss", "main", ":s@"));
        assert!(Sentinels::of(&Url::parse("redis-sentinel://a:1").unwrap()).is_err());
        assert!(is_of_sentinels(url) && !is_of_sentinels("redis://a:6379"));
    }
}
