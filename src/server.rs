//! Binds, serves, and shuts down in order.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use metrics_exporter_prometheus::PrometheusHandle;
use rand::seq::SliceRandom;
use rustix::process::{Resource, getrlimit};
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tower::ServiceExt;

use crate::clock::Clock;
use crate::config::{Settings, parse_origin};
use crate::connection::admission::Admission;
use crate::connection::refusals::AcceptFailures;
use crate::connection::{Connection, RequestPhase, hold};
use crate::db::Db;
use crate::feed::hub::Hub;
use crate::feed::{Doorbell, redis};
use crate::http::health::HealthState;
use crate::http::router::{self, Parts};
use crate::lifecycle::{Lifecycle, Stage};
use crate::live::Live;
use crate::live::outbox::CloseReason;
use crate::quotes::Sandbox;
use crate::state::{AppState, Shared};
use crate::{page, telemetry};

/// Headers of a request, in bytes; Railway's edge passes no more.
const HEADER_BYTES: usize = 32 * 1024;
/// Bytes that the kernel takes ahead of a reader. By itself it goes up to 4 MB, for each tablet that stopped reading, and a
/// small replica pays for them; this is more than a page.
const SEND_BUFFER: usize = 128 * 1024;
/// TCP_USER_TIMEOUT: the kernel drops a connection after this long without an acknowledgement.
const USER_TIMEOUT: Duration = Duration::from_secs(25);

/// Pause after a connection could not be accepted, for a descriptor to become free.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Why a server does not start, in a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {0} is taken by another program: stop it, or choose another port (PORT={next})", next = .0.saturating_add(1))]
    PortTaken(u16),
    #[error("port {0} is only for the administrator of this machine: choose one above 1023 (PORT=8000)")]
    PortDenied(u16),
    #[error("{0} is no address of this machine: choose another one (HOST=::)")]
    AddressUnknown(IpAddr),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

impl StartError {
    fn listen(address: SocketAddr, error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::AddrInUse => Self::PortTaken(address.port()),
            ErrorKind::PermissionDenied => Self::PortDenied(address.port()),
            ErrorKind::AddrNotAvailable => Self::AddressUnknown(address.ip()),
            _ => Self::Listen(address, error),
        }
    }
}

/// A server that is bound and ready to run.
pub struct Server {
    listener: TcpListener,
    router: Router,
    pub app: AppState,
    live: Live,
}

/// What a server is started with, besides its settings.
pub struct Start {
    pub settings: Settings,
    pub database_url: String,
    /// The own binary, which reads PDFs in a child process.
    pub program: PathBuf,
    pub clock: Clock,
    pub metrics: Option<PrometheusHandle>,
}

impl Server {
    /// Binds the port and starts what runs in the background. The database may still be away.
    pub async fn bind(start: Start) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let Start { settings, database_url, program, clock, metrics } = start;
        let lifecycle = Lifecycle::default();
        let address = SocketAddr::new(settings.host, settings.port);
        let listener = listen(address).map_err(|error| StartError::listen(address, error))?;
        let port = listener.local_addr()?.port();
        let mut origins = settings.origins()?;
        if !settings.is_production() {
            origins.extend(local_origins(port));
        }
        let app = open(settings, &database_url, clock, &lifecycle)?;
        let live = Live::new(app.clone());
        if let Some(recorder) = &metrics {
            telemetry::keep_up(recorder, &app.lifecycle);
        }
        let health = HealthState { app: app.clone(), metrics, readiness: Arc::default() };
        let sandbox = Arc::new(Sandbox::new(program));
        let parts = Parts { app: app.clone(), live: live.clone(), health, sandbox, origins };
        let router = router::build(parts)?;
        crate::jobs::start(&app);
        page::share_connections(app.settings.database_max_connections);
        Ok(Self { listener, router, app, live })
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// Serves until `Lifecycle::advance` begins the shutdown, and ends with everything that it started.
    pub async fn run(self) {
        let Self { listener, router, app, live } = self;
        let lifecycle = app.lifecycle.clone();
        let patience = app.settings.patience();
        let admission = Admission::new(most_connections(&app.settings), app.settings.address_connections);
        lifecycle.spawn(shut_down(live, lifecycle.clone()));
        let mut failures = AcceptFailures::default();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let Some(place) = admission.admit(peer.ip(), app.settings.is_proxy(peer.ip())) else { continue };
                        if let Err(error) = tune(&stream) {
                            tracing::debug!(%error, "a connection could not be tuned");
                        }
                        let phase = RequestPhase::new(patience);
                        accept(Connection::new(stream, phase.clone(), place), phase, peer, &router, &lifecycle);
                    }
                    Err(error) if failures.tell(&error) => sleep(ACCEPT_AGAIN).await,
                    Err(_) => {}
                },
                () = lifecycle.reached(Stage::Leaving) => break,
            }
        }
        drop(listener);
        lifecycle.finish().await;
        app.db.close();
    }
}

/// What servers and workers share: the database, the doorbell and the hub.
pub fn open(
    settings: Settings,
    database_url: &str,
    clock: Clock,
    lifecycle: &Lifecycle,
) -> Result<AppState, Box<dyn std::error::Error + Send + Sync>> {
    // The embedded database has an address as well, and jobs ask for it.
    let settings = Settings { database_url: Some(database_url.to_owned()), ..settings };
    let (most, cache) = (settings.database_max_connections, settings.database_statement_cache);
    let db = Db::open(database_url, most, cache, lifecycle)?;
    let doorbell = match &settings.redis_url {
        Some(url) => redis::connect(url, &settings.redis_prefix, lifecycle)?,
        None => {
            tracing::info!("no REDIS_URL: the doorbell stays in this process, which serves alone");
            Doorbell::in_process()
        }
    };
    let hub = Hub::start(db.clone(), &doorbell, lifecycle, settings.feed_poll());
    Ok(AppState::new(Shared { settings, clock, db, doorbell, hub, lifecycle: lifecycle.clone() }))
}

/// Descriptors that are not browsers' connections: the database's, Redis', files.
const OTHER_DESCRIPTORS: u64 = 100;

/// The limit of the settings, capped by the descriptors that are left: further connections are then refused by us, while
/// connections to the database and children that read quotes still find one.
fn most_connections(settings: &Settings) -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let others = OTHER_DESCRIPTORS + u64::from(settings.database_max_connections);
    let most = usize::try_from(limit.saturating_sub(others).max(limit / 2)).unwrap_or(usize::MAX);
    if most < settings.max_connections {
        tracing::warn!(limit, most, "the limit of open files allows fewer connections than MAX_CONNECTIONS");
    }
    settings.max_connections.min(most)
}

/// Serves one connection; the loop is ours because axum's own has no time-outs and does not track sockets.
fn accept(
    connection: Connection,
    phase: RequestPhase,
    peer: SocketAddr,
    router: &Router,
    lifecycle: &Lifecycle,
) {
    let router = router.clone();
    let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let busy = phase.busy();
        let answer = router.clone().oneshot(request.map(axum::body::Body::new));
        async move { Ok::<_, Infallible>(hold(answer.await?, busy)) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        // `Connection` has its own time-outs.
        .header_read_timeout(None)
        .max_buf_size(HEADER_BYTES)
        .keep_alive(true);
    let connection =
        http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service)).with_upgrades();
    let told = lifecycle.clone();
    lifecycle.spawn(async move {
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => {}
            () = told.reached(Stage::Leaving) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    });
}

fn tune(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10)),
    )?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    Ok(())
}

/// `[::]` takes IPv4 as well; where a machine has no IPv6, IPv4 alone.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    bind(address).or_else(|error| {
        let unspecified = address.is_ipv6() && address.ip().is_unspecified();
        if unspecified && error.kind() != ErrorKind::AddrInUse {
            bind(SocketAddr::from(([0, 0, 0, 0], address.port())))
        } else {
            Err(error)
        }
    })
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(&address.into())?;
    socket.listen(4096)?;
    TcpListener::from_std(socket.into())
}

/// The addresses that are printed at start.
fn local_origins(port: u16) -> impl Iterator<Item = String> {
    let hosts = ["localhost", "127.0.0.1", "[::1]"].into_iter();
    hosts.filter_map(move |host| parse_origin(&format!("http://{host}:{port}")))
}

/// Runs the stages of shutdown once the first is reached.
async fn shut_down(live: Live, lifecycle: Lifecycle) {
    let settings = live.state.settings.clone();
    lifecycle.reached(Stage::Draining).await;
    let leave = async {
        sleep(Duration::from_millis(settings.drain_sockets_after_ms)).await;
        lifecycle.advance(Stage::ClosingSockets);
        close_sockets(&live, Duration::from_millis(settings.drain_spread_ms)).await;
        let spent = settings.drain_sockets_after_ms + settings.drain_spread_ms;
        sleep(Duration::from_millis(settings.drain_listen_ms.saturating_sub(spent))).await;
        lifecycle.advance(Stage::Leaving);
    };
    tokio::select! {
        () = leave => {}
        () = lifecycle.reached(Stage::Leaving) => {}
    }
    // Watchers that still have a socket (the port closed early) are told, too.
    for watcher in live.watchers() {
        watcher.outbox.close(CloseReason::GoingAway);
    }
}

/// Closes every socket, evenly over a while and in no order, so that not all browsers come back at once.
async fn close_sockets(live: &Live, spread: Duration) {
    let mut watchers = live.watchers();
    watchers.shuffle(&mut rand::rng());
    let pause =
        spread.checked_div(u32::try_from(watchers.len()).unwrap_or(u32::MAX).max(1)).unwrap_or_default();
    for watcher in watchers {
        watcher.outbox.close(CloseReason::GoingAway);
        sleep(pause).await;
    }
    // Watchers whose handshake was under way before.
    for watcher in live.watchers() {
        watcher.outbox.close(CloseReason::GoingAway);
    }
}
