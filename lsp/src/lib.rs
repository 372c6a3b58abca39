//! Flowright in an editor: what it shows of a project (`ide`, which knows nothing of the protocol),
//! the language server (`server`), conversations to try out (`talk`) and the debugger (`dap`).

pub mod dap;
pub mod ide;
pub mod server;
pub mod talk;
