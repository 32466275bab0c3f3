//! One binary for every promise to a user: linking once is what keeps the tests quick.

mod screens;
