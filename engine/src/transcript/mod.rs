//! Runs `test` blocks: a conversation against the engine, with a clock of its own and given
//! answers, compared line by line. Nothing here is random or depends on the machine.

mod actions;
mod expect;
mod player;
mod refutation;
mod way;
mod write;

pub use player::{contacts_on, instant, shown};
pub use refutation::{Refutation, RefutingTest, refutation};
pub use way::way_to;
pub(crate) use write::{Scene, arguments, given};
pub use write::{Written, literal, write};

use std::collections::BTreeSet;

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::TestDef;

use crate::model::{Event, FoundArticle, Session};
use crate::{Entered, LoadedProgram, Step, StepError};

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// The test's name.
    pub name: String,
    /// The conversation as it went, up to the first failure.
    pub lines: Vec<ReportLine>,
    /// What was not as it must be.
    pub failure: Option<Failure>,
    /// States entered and the ways between them.
    pub entered: BTreeSet<Entered>,
    /// The session as it is then.
    pub session: Session,
}

impl TestReport {
    /// Whether it went exactly so.
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// A line of the conversation as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// `user`, `bot`, `call`, `time`.
    pub who: &'static str,
    /// What was said or done.
    pub text: String,
}

/// The first thing that was not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line of the test.
    pub at: FileSpan,
    /// In one sentence.
    pub message: String,
    /// What the test says, when it is a text.
    pub expected: Option<String>,
    /// What happened instead.
    pub actual: Option<String>,
}

/// A line of a conversation that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The customer said this.
    User(String),
    /// The bot said this.
    Bot {
        /// The channel that it went to, where that is not the one that she wrote on last.
        on: Option<String>,
        /// Its words.
        text: String,
    },
    /// Time passed, in milliseconds.
    Silence(i64),
}

/// Plays the customer's part of a test against its given answers and writes down what the bot
/// says, as far as the conversation goes. With `opens`, the session is opened without a word first.
#[must_use]
pub fn record_test(program: &LoadedProgram, test: &TestDef, opens: bool) -> Vec<Recorded> {
    player::Player::new(program, test, None).record(opens)
}

/// Looks for the articles that may answer an utterance, as the shell does before a turn.
pub type Find<'f> = &'f (dyn Fn(&Session, &str) -> Vec<FoundArticle> + Sync);

/// Goes along with a test.
pub trait Follow {
    /// A line of the conversation, or what is expected of it, is next.
    fn line(&mut self, at: FileSpan, session: &mut Session, now_ms: i64);

    /// Takes an event in place of [`crate::step`].
    ///
    /// # Errors
    /// See [`StepError`].
    fn step(
        &mut self,
        program: &LoadedProgram,
        session: &mut Session,
        event: Event,
        now_ms: i64,
    ) -> Result<Step, StepError>;
}

/// Plays a test, and `follow` goes along with it.
#[must_use]
pub fn follow_test(
    program: &LoadedProgram,
    test: &TestDef,
    find: Find<'_>,
    follow: &mut dyn Follow,
) -> TestReport {
    played(player::Player::new(program, test, Some(find)).followed_by(follow))
}

/// Plays a test of a bot that has no articles.
#[must_use]
pub fn run_test(program: &LoadedProgram, test: &TestDef) -> TestReport {
    played(player::Player::new(program, test, None))
}

/// Plays a test with articles to answer from.
#[must_use]
pub fn run_test_with(program: &LoadedProgram, test: &TestDef, find: Find<'_>) -> TestReport {
    played(player::Player::new(program, test, Some(find)))
}

fn played(mut player: player::Player<'_>) -> TestReport {
    let failure = player.play().err();
    let player::Player { test, lines, entered, session, .. } = player;
    TestReport { name: test.name.clone(), lines, failure, entered, session }
}
