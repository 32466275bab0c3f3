//! The app in real browsers: two or more at once, on different replicas, each acting as a person does.
//! `SCREENSHOTS=/tmp/shots` keeps pictures.

mod chromium;
mod claims;
mod desk;
mod eyes;
mod faults;
mod field;
mod hands;
mod history;
mod journey;
mod kept;
mod paper;
mod preview;
mod purchase;
mod ready;
mod refused;
mod reports;
mod revise;
mod scans;
mod shortage;
mod sizes;
mod still;
mod tablet;
mod targets;
mod thumbs;
mod trouble;
mod waiting;
mod wall;
mod warehouse;
