//! Checks Redis through an independent client.

use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncCommands as _, Client, FromRedisValue, InfoDict, RedisError};
use futures_util::StreamExt as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::machine::is_private;
use super::report::Section;
use super::sentinel;
use crate::config::Settings;

/// Time limit of an answer from Redis.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer, and screens learn of a change by their own look at the feed.
const SLOW: Duration = Duration::from_millis(250);

pub async fn examine(settings: &Settings, section: &mut Section<'_>) {
    let Some(url) = &settings.redis_url else {
        return match settings.replicas {
            0 | 1 => {
                section.ok("doorbell", "in the process: REDIS_URL is not set, and one replica needs none");
            }
            n => section.warn(
                "doorbell",
                format!("REDIS_URL is not set, and {n} replicas do not hear each other"),
                "set REDIS_URL",
            ),
        };
    };
    let url = match find_node(url, section).await {
        Ok(url) => url,
        Err(why) => return section.fail("connection", why, "check REDIS_URL, and the Sentinels"),
    };
    let client = match Client::open(url.as_str()) {
        Ok(client) => client,
        Err(error) => return section.fail("connection", error.to_string(), "check REDIS_URL"),
    };
    let place = client.get_connection_info().addr().to_string();
    let mut connection = match within(client.get_multiplexed_async_connection()).await {
        Ok(connection) => connection,
        Err(error) => {
            return section.fail(
                "connection",
                format!("{place}: {error}"),
                "check REDIS_URL; until then screens are up to a second late",
            );
        }
    };
    ping(&place, &mut connection, section).await;
    tls(settings, &url, section);
    round_trip(settings, &client, &mut connection, section).await;
    listeners(settings, &mut connection, section).await;
    memory(&mut connection, section).await;
}

/// The address of one node, for the independent client speaks to one: of Sentinels the one that they name, of a cluster the
/// first, for any node passes messages on.
async fn find_node(url: &str, section: &mut Section<'_>) -> Result<String, String> {
    if sentinel::is_of_sentinels(url) {
        return sentinel::find_master(url, section).await;
    }
    Ok(first_node(url))
}

fn first_node(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme @ ("redis-cluster" | "rediss-cluster"), rest)) => {
            let node = rest.split('?').next().unwrap_or_default();
            format!("{}://{node}", scheme.trim_end_matches("-cluster"))
        }
        _ => url.to_owned(),
    }
}

pub(super) async fn within<T>(answer: impl Future<Output = Result<T, RedisError>>) -> Result<T, String> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

pub(super) async fn ask<T: FromRedisValue>(
    connection: &mut MultiplexedConnection,
    words: &[&str],
) -> Result<T, String> {
    let mut command = ::redis::Cmd::new();
    for word in words {
        command.arg(*word);
    }
    within(command.query_async(connection)).await
}

async fn ping(place: &str, connection: &mut MultiplexedConnection, section: &mut Section<'_>) {
    let began = Instant::now();
    match ask::<String>(connection, &["PING"]).await {
        Ok(_) => {
            section.ok("connection", format!("{place}, answers in {:.1} ms", milliseconds(began.elapsed())));
        }
        Err(error) => section.fail("connection", format!("{place}: {error}"), "see Redis' own log"),
    }
}

fn tls(settings: &Settings, url: &str, section: &mut Section<'_>) {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match () {
        () if url.starts_with("rediss") => section.ok("TLS", "on, with the certificate checked"),
        () if is_private(host) || !settings.is_production() => section.ok("TLS", "off, on a private network"),
        () => section.warn(
            "TLS",
            "off: the password crosses the network in the clear",
            "use rediss:// in REDIS_URL",
        ),
    }
}

/// Publishes on one connection and receives on another, as a ring does.
async fn round_trip(
    settings: &Settings,
    client: &Client,
    connection: &mut MultiplexedConnection,
    section: &mut Section<'_>,
) {
    let channel = format!("{}:doctor:{}", settings.redis_prefix, Uuid::now_v7());
    let heard = async {
        let mut listening = within(client.get_async_pubsub()).await?;
        within(listening.subscribe(&channel)).await?;
        let began = Instant::now();
        within(connection.publish::<_, _, i64>(&channel, "look")).await?;
        let mut messages = listening.on_message();
        let heard = timeout(PATIENCE, messages.next()).await;
        heard.ok().flatten().map(|_| began.elapsed()).ok_or_else(|| "published, and never heard".to_owned())
    };
    match heard.await {
        Ok(took) if took < SLOW => {
            section.ok("publish, subscribe", format!("heard after {:.1} ms", milliseconds(took)));
        }
        Ok(took) => section.warn(
            "publish, subscribe",
            format!("heard after {:.0} ms", milliseconds(took)),
            "a Redis nearer to the replicas",
        ),
        Err(error) => section.fail(
            "publish, subscribe",
            error,
            format!("let the user publish and subscribe to {}:*", settings.redis_prefix),
        ),
    }
}

/// Replicas that hear this deployment's doorbell now.
async fn listeners(settings: &Settings, connection: &mut MultiplexedConnection, section: &mut Section<'_>) {
    let channel = format!("{}:doorbell", settings.redis_prefix);
    let heard: Result<(String, u32), _> = ask(connection, &["PUBSUB", "NUMSUB", &channel]).await;
    match heard {
        // In a deploy two builds run side by side.
        Ok((_, n)) if n > 2 * settings.replicas => section.warn(
            "prefix",
            format!("{n} listen on {channel}, and there are {} replicas", settings.replicas),
            "give each deployment that shares this Redis a REDIS_PREFIX of its own",
        ),
        Ok((_, n)) => {
            section.ok("prefix", format!("{n} of {} replicas listen on {channel}", settings.replicas));
        }
        Err(error) => section.skip("prefix", format!("who listens is not told: {error}")),
    }
}

/// Nothing of ours is stored, so no policy loses anything; reported for other users of this Redis.
async fn memory(connection: &mut MultiplexedConnection, section: &mut Section<'_>) {
    match ask::<InfoDict>(connection, &["INFO"]).await {
        Ok(info) => {
            let told = |key: &str| info.get::<String>(key).unwrap_or_else(|| "unknown".to_owned());
            section.ok("version", format!("Redis {}", told("redis_version")));
            let policy = told("maxmemory_policy");
            section.ok("eviction policy", format!("{policy}; any will do, for nothing of ours is stored"));
        }
        Err(error) => section.skip("eviction policy", format!("not told: {error}")),
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_cluster_the_first_node_is_asked() {
        assert_eq!(
            first_node("rediss-cluster://u:p@a.example:7000?node=b:7001"),
            "rediss://u:p@a.example:7000"
        );
        assert_eq!(first_node("redis://a:6379/0?protocol=resp3"), "redis://a:6379/0?protocol=resp3");
    }
}
