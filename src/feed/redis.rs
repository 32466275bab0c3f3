//! The doorbell between replicas: Redis pub/sub through fred. Messages are hints; a hostile one costs a look.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fred::prelude::{Builder, Client, ClientLike, Config, EventInterface, PubsubInterface, ReconnectPolicy};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::doorbell::{Doorbell, Ring};
use crate::ids::CompanyId;
use crate::lifecycle::Lifecycle;

/// What travels: `{"company":"…","head":12}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    company: CompanyId,
    head: i64,
}

/// Rings waiting to be published; beyond it they are dropped, and polls find the events.
const WAITING_RINGS: usize = 1024;

/// A connection that has answered nothing for so long is half-open, and another client is made. fred's own check asks when it
/// last wrote, which on a connection that is in use is always just now.
const SILENT: Duration = Duration::from_secs(8);
/// Before another client is made.
const PAUSE: Duration = Duration::from_millis(200);

/// REDIS_URL cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("REDIS_URL cannot be used: {0}")]
pub struct RedisUrlError(String);

/// Starts a publisher and a subscriber that reconnect for ever. An unreachable Redis is no error: screens
/// are then as late as the poll, and writes never wait.
pub fn connect(url: &str, prefix: &str, lifecycle: &Lifecycle) -> Result<Doorbell, RedisUrlError> {
    let channel = format!("{prefix}:doorbell");
    let builder = Arc::new(builder(url)?);
    let (sender, receiver) = mpsc::channel(WAITING_RINGS);
    let doorbell = Doorbell::with_remote(sender);
    let rings = Arc::new(Mutex::new(receiver));
    let (publisher, published) = (builder.clone(), channel.clone());
    lifecycle.spawn_forever("doorbell publisher", move || {
        let (builder, channel, rings) = (publisher.clone(), published.clone(), rings.clone());
        async move { while publish(builder.build(), &channel, &rings).await {} }
    });
    let heard = doorbell.clone();
    lifecycle.spawn_forever("doorbell subscriber", move || {
        let (builder, channel, heard) = (builder.clone(), channel.clone(), heard.clone());
        async move {
            loop {
                subscribe(builder.build(), &channel, &heard).await;
                sleep(PAUSE).await;
            }
        }
    });
    Ok(doorbell)
}

type Built = Result<Client, fred::error::Error>;

/// Makes a client for each run of a loop.
fn builder(url: &str) -> Result<Builder, RedisUrlError> {
    let mut config = Config::from_url(url).map_err(|error| RedisUrlError(error.to_string()))?;
    // Otherwise a client whose first connection fails never retries.
    config.fail_fast = false;
    let mut builder = Builder::from_config(config);
    builder
        .with_connection_config(|connection| {
            connection.connection_timeout = Duration::from_secs(3);
            connection.internal_command_timeout = Duration::from_secs(3);
            connection.max_command_attempts = 1;
            connection.max_command_buffer_len = 256;
            connection.tcp.nodelay = Some(true);
        })
        .with_performance_config(|performance| {
            performance.default_command_timeout = Duration::from_millis(500);
            performance.broadcast_channel_capacity = 4096;
        })
        .set_policy(ReconnectPolicy::new_exponential(0, 100, 5_000, 2));
    builder.build().map_err(|error| RedisUrlError(error.to_string()))?;
    Ok(builder)
}

/// Publishes rings; several of one company that wait together become one. False: nobody rings any more. True: it is to begin
/// again, with another client.
async fn publish(client: Built, channel: &str, rings: &Mutex<mpsc::Receiver<(CompanyId, i64)>>) -> bool {
    // Settings that cannot make a client were refused at start.
    let Ok(client) = client else { return false };
    let mut rings = rings.lock().await;
    let _connection = AbortOnDropHandle::new(client.connect());
    let mut answered_at = Instant::now();
    while let Some(first) = rings.recv().await {
        let waiting = std::iter::from_fn(|| rings.try_recv().ok());
        for (company, head) in highest(std::iter::once(first).chain(waiting)) {
            let Ok(text) = serde_json::to_string(&Look { company, head }) else { continue };
            // Without a connection it is given up after the command's own half second, and the next ring has its turn.
            let outcome = timeout(Duration::from_secs(1), client.publish::<i64, _, _>(channel, text)).await;
            if matches!(outcome, Ok(Ok(_))) {
                answered_at = Instant::now();
            } else {
                metrics::counter!("doorbell_publish_failures_total").increment(1);
            }
        }
        if answered_at.elapsed() > SILENT && !answers(&client).await {
            return true;
        }
    }
    false
}

/// Whether the server answers. Rings may be hours apart.
async fn answers(client: &Client) -> bool {
    matches!(timeout(Duration::from_secs(2), client.ping::<()>(None)).await, Ok(Ok(())))
}

/// The highest head of each company: rings may arrive out of order.
fn highest(rings: impl Iterator<Item = (CompanyId, i64)>) -> HashMap<CompanyId, i64> {
    let mut heads = HashMap::new();
    for (company, head) in rings {
        let known = heads.entry(company).or_insert(head);
        *known = head.max(*known);
    }
    heads
}

/// Listens. fred's own subscription manager stops for ever after one lag, so the loop is ours.
/// Ends when its connection has been silent for too long.
async fn subscribe(client: Built, channel: &str, doorbell: &Doorbell) {
    let Ok(client) = client else { return };
    let mut messages = client.message_rx();
    let mut reconnections = client.reconnect_rx();
    let _connection = AbortOnDropHandle::new(client.connect());
    let mut answered_at = Instant::now();
    let mut ping = interval(Duration::from_secs(5));
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut subscribed = false;
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Ok(message) => hear(doorbell, &message),
                Err(RecvError::Lagged(_)) => doorbell.ring_here(Ring::LookEverywhere),
                Err(RecvError::Closed) => return,
            },
            reconnection = reconnections.recv() => {
                if matches!(reconnection, Err(RecvError::Closed)) { return }
                subscribed = subscribe_once(&client, channel, doorbell).await;
            }
            _ = ping.tick() => {
                if !subscribed {
                    subscribed = subscribe_once(&client, channel, doorbell).await;
                }
                let alive = answers(&client).await;
                metrics::gauge!("doorbell_connected").set(if alive && subscribed { 1.0 } else { 0.0 });
                if alive {
                    answered_at = Instant::now();
                } else if answered_at.elapsed() > SILENT {
                    return;
                }
            }
        }
    }
}

async fn subscribe_once(client: &Client, channel: &str, doorbell: &Doorbell) -> bool {
    let done = timeout(Duration::from_secs(3), client.subscribe(channel)).await;
    let done = matches!(done, Ok(Ok(())));
    if done {
        // Rings before this moment were missed.
        doorbell.ring_here(Ring::LookEverywhere);
    }
    done
}

fn hear(doorbell: &Doorbell, message: &fred::types::Message) {
    metrics::counter!("doorbell_heard_total").increment(1);
    doorbell.mark_heard();
    let look = message.value.as_str().and_then(|text| serde_json::from_str::<Look>(&text).ok());
    match look {
        Some(Look { company, head }) => doorbell.ring_here(Ring::Look { company_id: company, head }),
        None => metrics::counter!("doorbell_unreadable_total").increment(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_rings_that_wait_together_the_highest_is_published() {
        let (one, other) = (CompanyId::new(), CompanyId::new());
        let heads = highest([(one, 7), (other, 3), (one, 6)].into_iter());
        assert_eq!(heads, HashMap::from([(one, 7), (other, 3)]));
    }
}
