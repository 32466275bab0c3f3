//! What is promised to a user, one file a promise, against the real binary.

mod quotes;
