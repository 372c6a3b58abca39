//! A conversation that refutes a property, as a `test` block. The customer's part comes from the
//! proof; the bot's is what it really says. A test counts only if it fails as it must.

use flowright_compiler::ir::FlowId;
use flowright_compiler::prove::{Answer, Claim, Counterexample, Line, TODAY};
use flowright_compiler::sema::hir::Project;
use flowright_compiler::syntax::write::{TestLines, record, test_block};

use super::{Recorded, TestReport, record_test, run_test};
use crate::LoadedProgram;
use crate::model::{Session, Status};

/// The time of day at which proofs take place: 09:00, in seconds since midnight.
const TIME_S: u32 = 9 * 3_600;

/// What became of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refutation {
    /// A test that fails as long as the property does not hold.
    Test(RefutingTest),
    /// Played, the conversation does not come to the fault: its words are taken otherwise than the
    /// proof allows for, or it depends on what a test cannot say.
    NotPlayed,
}

/// A test, still without its name: two of one name cannot be in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefutingTest {
    /// What it is about: the flow and the property.
    pub name: String,
    scene: TestLines,
    lines: TestLines,
}

impl RefutingTest {
    /// Its block, under a name.
    #[must_use]
    pub fn block(&self, name: &str) -> String {
        test_block(name, &self.scene, &self.lines)
    }

    /// One that was found otherwise.
    pub(super) const fn new(name: String, scene: TestLines, lines: TestLines) -> Self {
        Self { name, scene, lines }
    }
}

/// Writes a counterexample as a test. `load` makes the program of the project with this block in it.
///
/// # Errors
/// What `load` says.
pub fn refutation(
    project: &Project,
    one: &Counterexample,
    load: &dyn Fn(&str) -> Result<LoadedProgram, String>,
) -> Result<Refutation, String> {
    let draft_name = draft_name(project);
    let scene = scene(project, one);
    let draft = test_block(&draft_name, &scene, &customers_part(one));
    let program = load(&draft)?;
    let own = |program: &LoadedProgram| {
        program.program.tests.iter().position(|test| test.name == draft_name)
    };
    let mut lines = spoken(&program, &draft_name, one.opens);
    let passes = |block: &str| -> Result<Option<Session>, String> {
        let program = load(block)?;
        let test = own(&program).and_then(|own| program.program.tests.get(own));
        let report = test.map(|test| run_test(&program, test)).filter(TestReport::passed);
        Ok(report.map(|report| report.session))
    };
    let without = test_block(&draft_name, &scene, &lines);
    let shows = |session: &Session| match &one.claim {
        Claim::Before(_) => true,
        // Over the flow is neither when it has ended nor when a human has it.
        Claim::ReachesEnd | Claim::AtMostTurns(_) => {
            let is_own = |flow: FlowId| {
                program.program.flows.get(flow.index()).is_some_and(|flow| flow.name == one.flow)
            };
            session.status == Status::Bot && session.stack.iter().any(|frame| is_own(frame.flow))
        }
        Claim::HumanWithin(_) => session.status == Status::Bot,
    };
    lines.line(&match &one.claim {
        Claim::Before(action) => format!("expect not called {action}"),
        Claim::ReachesEnd | Claim::AtMostTurns(_) => "expect ended resolved".to_owned(),
        Claim::HumanWithin(_) => "expect handoff".to_owned(),
    });
    let name = format!("{}: {}", one.flow, one.property);
    let test = RefutingTest { name, scene, lines };
    // It is the expectation that fails, and nothing before it.
    let fails = passes(&test.block(&draft_name))?.is_none();
    match fails && passes(&without)?.is_some_and(|session| shows(&session)) {
        true => Ok(Refutation::Test(test)),
        false => Ok(Refutation::NotPlayed),
    }
}

/// What is said when a test's customer is played, as far as it goes.
pub(super) fn spoken(program: &LoadedProgram, name: &str, opens: bool) -> TestLines {
    let mut lines = TestLines::default();
    let played = program.program.tests.iter().find(|test| test.name == name);
    for line in played.map(|test| record_test(program, test, opens)).unwrap_or_default() {
        match line {
            Recorded::User(said) => {
                lines.gap();
                lines.user(&said);
            }
            Recorded::Bot { on, text } => lines.bot(on.as_deref(), &text),
            Recorded::Silence(ms) => {
                lines.gap();
                lines.silence(ms);
            }
        }
    }
    lines
}

/// A name that no test of the project has.
pub(super) fn draft_name(project: &Project) -> String {
    let mut name = "draft".to_owned();
    while project.tests.iter().any(|test| test.name == name) {
        name.push('+');
    }
    name
}

/// The day, who the customer is, what actions answer.
pub(super) fn scene(project: &Project, one: &Counterexample) -> TestLines {
    let mut scene = TestLines::default();
    scene.today(TODAY, TIME_S);
    if let Some(lang) = project.bot.languages.first() {
        scene.line(&format!("language {lang}"));
    }
    scene.customer(&one.customer);
    let plain = |answer: &Answer| matches!(answer, Answer::Fields(fields) if fields.is_empty());
    for line in &one.lines {
        let Line::Action { action, answer } = line else { continue };
        // What gives nothing back succeeds by itself.
        let always = one.lines.iter().all(|other| match other {
            Line::Action { action: other, answer } => other != action || plain(answer),
            _ => true,
        });
        let name = project.actions.get(action.index()).map_or("", |action| action.name.as_str());
        match answer {
            _ if always => {}
            Answer::Error(error) => scene.given(name, error),
            Answer::Fails => scene.given(name, "fails"),
            Answer::Fields(fields) => scene.given(name, &record(fields)),
        }
    }
    scene
}

/// What the customer does: where turns are counted, as many as the property allows.
pub(super) fn customers_part(one: &Counterexample) -> TestLines {
    let mut lines = TestLines::default();
    // What starts the flow is a turn of its own.
    let mut turns = u32::from(one.opens);
    for line in &one.lines {
        match line {
            Line::Customer(said) => {
                turns += 1;
                if matches!(one.claim, Claim::AtMostTurns(most) if turns > most) {
                    break;
                }
                lines.user(said);
            }
            Line::Silence(ms) => lines.silence(*ms),
            _ => {}
        }
    }
    lines
}
