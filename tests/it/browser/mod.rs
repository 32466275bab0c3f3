//! The app in real browsers: two or more at once, on different replicas, each acting as a person does.
//! `SCREENSHOTS=/tmp/shots` keeps pictures.

mod chromium;
mod desk;
mod faults;
mod journey;
mod revise;
mod sizes;
mod tablet;
mod trouble;
mod warehouse;
