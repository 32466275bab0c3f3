//! What a stranger, a foreign page, a log file and a stop watch learn: nothing.

mod ages;
mod cost;
mod edge;
mod fence;
mod foreign;
mod guessing;
mod kept;
mod late_bodies;
mod login;
mod logs;
mod pepper;
mod production;
mod roles;
mod timing;
mod told;
mod twice;
