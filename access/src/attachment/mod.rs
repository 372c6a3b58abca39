//! Files that customers send: what they are by what they hold, names that can be shown, headers under which
//! they can be served. Nothing that a sender says of a file is believed.

mod disposition;
mod kind;
mod name;

pub use disposition::content_disposition;
pub use kind::{HEAD_BYTES, Kind, TAKEN, TypePattern};
pub(crate) use name::clean;
pub use name::shown;
