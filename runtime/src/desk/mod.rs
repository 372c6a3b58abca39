//! The desk: the people who take conversations over.

pub mod accounts;
