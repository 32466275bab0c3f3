//! Makes a task of the app panic, in the middle of its work: the next that counts something falls over it. Whoever receives
//! what the app counts comes from outside, and belongs to a runtime: other tests of this process meet none.

use std::sync::Mutex;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tokio::runtime::{Builder, Runtime};

#[derive(Default)]
pub struct Tripwire(Mutex<Option<&'static str>>);

impl Tripwire {
    /// Lives as long as the threads that may meet it.
    pub fn new() -> &'static Self {
        Box::leak(Box::default())
    }

    /// A runtime whose tasks meet the wire.
    pub fn runtime(&'static self) -> Runtime {
        let meet = || std::mem::forget(metrics::set_default_local_recorder(self));
        Builder::new_multi_thread().worker_threads(2).enable_all().on_thread_start(meet).build().unwrap()
    }

    /// Whichever task counts this next panics.
    pub fn stretch(&self, counted: &'static str) {
        *self.0.lock().unwrap() = Some(counted);
    }

    pub fn is_torn(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }

    fn meet(&self, key: &Key) {
        let is_torn = self.0.lock().unwrap().take_if(|counted| *counted == key.name()).is_some();
        assert!(!is_torn, "whoever counts {} was to panic", key.name());
    }
}

impl Recorder for Tripwire {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.meet(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.meet(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.meet(key);
        Histogram::noop()
    }
}
