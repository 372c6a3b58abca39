//! The dialog engine: `step(program, session, event) -> commands`. Pure, synchronous,
//! deterministic: time, randomness and ids are inputs; everything the outside world must do is a
//! command that the shell carries out.

#[cfg(feature = "articles")]
pub mod articles;
mod calls;
pub mod compare;
mod contacts;
mod corrections;
pub mod coverage;
mod drive;
pub mod explore;
pub mod external;
mod fill;
mod handoff;
mod holds;
pub mod hours;
pub mod json;
pub mod limits;
mod menus;
pub mod model;
mod program;
mod routing;
mod say;
mod session;
mod step;
mod stepper;
pub mod transcript;

mod turn;
pub mod upgrade;
mod watch;

pub use contacts::writes_elsewhere;
pub use program::LoadedProgram;
pub use routing::{Routed, route};
pub use say::{phrase, ready_texts};
pub use session::open_session;
pub use step::{Entered, Step, StepError, Taken, begin_flow, step, step_watched};
pub use turn::desk::admits;
pub use turn::knowledge::suited;
pub use watch::{Moment, Watch};
