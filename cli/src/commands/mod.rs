//! The commands: one a file.

pub(crate) mod accounts;
pub(crate) mod backup;
pub(crate) mod build;
pub(crate) mod channels;
pub(crate) mod chat;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dap;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod fuzz;
pub(crate) mod graph;
pub(crate) mod knowledge;
pub(crate) mod lsp;
pub(crate) mod new;
pub(crate) mod nlu;
pub(crate) mod restore;
pub(crate) mod route;
pub(crate) mod serve;
pub(crate) mod test;
