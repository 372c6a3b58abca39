//! A conversation that is tried out: somebody writes as the customer and answers as the world outside
//! does. Its clock is its own: time passes when it is told to.

mod begin;
mod lines;
mod moves;
mod open;
mod record;
mod script;
mod survive;
mod view;
mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use flowright_compiler::base::SourceMap;
use flowright_compiler::ir::Outcome;
use flowright_engine::model::{Choice, Session};

use self::script::Scripted;
use super::Refused;
use super::program::Ready;

pub(crate) use self::begin::profile;
pub use self::begin::{Begin, Set};
pub use self::lines::{Guess, Line, Place, Who};
pub use self::moves::Answer;
pub use self::open::Conversations;
pub use self::survive::Kept;
pub use self::view::{Call, CustomerField, Slot, Suggestion, View};

/// A conversation. See the module.
#[derive(Debug)]
pub struct Conversation {
    id: String,
    /// How it begins, and begins again.
    begin: Begin,
    /// The program that it runs.
    ready: Arc<Ready>,
    /// The program of the sources as they are now.
    newest: Arc<Ready>,
    session: Session,
    now_ms: i64,
    /// Until when time passes, once the call that a timer led to is answered, and timers so far.
    passing: Option<(i64, usize)>,
    lines: VecDeque<Line>,
    /// Buttons of the last reply that had some.
    buttons: Vec<Choice>,
    /// How the last flow ended.
    ended: Option<Outcome>,
    /// States entered, by names.
    trail: VecDeque<(String, String)>,
    /// In which turn each session slot was filled last.
    filled: BTreeMap<String, u64>,
    /// All of it, to be written down as a test.
    script: Vec<Scripted>,
    /// What of it a test cannot say.
    lost: BTreeSet<String>,
    /// What was done since it began.
    moves: usize,
    kept: Option<Kept>,
    revision: u64,
}

impl Conversation {
    /// Begins one.
    ///
    /// # Errors
    /// What keeps it from beginning so.
    pub fn start(id: &str, ready: Arc<Ready>, begin: Begin) -> Result<Self, Refused> {
        let (session, now_ms) = begin.session(&ready)?;
        let mut this = Self {
            id: id.to_owned(),
            begin,
            newest: Arc::clone(&ready),
            ready,
            session,
            now_ms,
            passing: None,
            lines: VecDeque::new(),
            buttons: Vec::new(),
            ended: None,
            trail: VecDeque::new(),
            filled: BTreeMap::new(),
            script: Vec::new(),
            lost: BTreeSet::new(),
            moves: 0,
            kept: None,
            revision: 1,
        };
        this.open()?;
        Ok(this)
    }

    /// Begins again, with the sources as they are now.
    ///
    /// # Errors
    /// What keeps it from beginning so; then it is as it was.
    pub fn restart(&mut self) -> Result<(), Refused> {
        let fresh = Self::start(&self.id, Arc::clone(&self.newest), self.begin.clone())?;
        let revision = self.revision + 1;
        *self = Self { revision, ..fresh };
        Ok(())
    }

    /// What it is known by.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Changes with everything that happens in it.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// How it began.
    #[must_use]
    pub const fn begin(&self) -> &Begin {
        &self.begin
    }

    /// What the places that it shows are in: the sources that compiled last.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.newest.sources
    }
}
