//! What breaks naive readers, each trait on paper of our own making, and what a hostile file may try.

mod drawing;
mod field;
mod fuzz;
mod kinds;
mod limits;
mod mutation;
mod numbers;
mod paper;
mod report;
mod samples;
mod sentences;
mod traits;
mod variants;
