//! Whether a program is sound. Checked for every program that is made or loaded:
//!
//! - every id in tables, functions, exits, types and requests names something that is there;
//! - places lie within their space, those of a flow within its own cells; only session and flow
//!   cells are written;
//! - every register is assigned on every path before it is read;
//! - blocks and exits that are named exist; there is an entry block;
//! - texts get as many values as they have placeholders, actions as many as parameters;
//! - functions that must give a value, a text or a decision leave only through such exits;
//! - constants are values; what is asked for has a question;
//! - the list of written places is the true one; regular expressions compile;
//! - nothing is larger, or nested deeper, than a source could make it.

mod actions;
mod assigned;
mod functions;
mod migrate;
mod shapes;
mod tables;
mod texts;

use std::ops::Deref;
use std::sync::Arc;

use flowright_nlu::value::Value;

use self::functions::verify_function;
use self::tables::tables;
use self::texts::{say_uses, text_use, verify_text};
use super::{EmitDef, Exit, FuncId, Inst, Place, Program, Reg};

/// What is unsound, with the function or table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct VerifyError {
    /// Function or table.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

type Checked = Result<(), VerifyError>;

fn fail(place: impl Into<String>, what: impl Into<String>) -> Checked {
    Err(VerifyError { place: place.into(), what: what.into() })
}

fn within(index: u32, length: usize, place: &str, what: &str) -> Checked {
    if (index as usize) < length {
        Ok(())
    } else {
        fail(place, format!("there is no {what} {index}"))
    }
}

/// A program that [`verify`] has accepted. There is no other way to make one, and no way to change
/// it: whoever is given one may rely on all that the verifier rules out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProgram(Arc<Program>);

impl VerifiedProgram {
    /// Verifies a program.
    ///
    /// # Errors
    /// The first thing found to be unsound.
    pub fn new(program: Program) -> Result<Self, VerifyError> {
        verify(&program)?;
        Ok(Self(Arc::new(program)))
    }
}

impl Deref for VerifiedProgram {
    type Target = Arc<Program>;

    fn deref(&self) -> &Arc<Program> {
        &self.0
    }
}

/// Which exits a function may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Text,
    Steps,
    Urgency,
    Skill,
    Decide,
    Miss,
}

/// Checks a whole program.
///
/// # Errors
/// The first thing found to be unsound.
pub fn verify(program: &Program) -> Checked {
    let sizes = program.space_sizes();
    if program.bot.languages.is_empty() {
        return fail("bot", "it has no language");
    }
    if jiff::tz::TimeZone::get(&program.bot.timezone).is_err() {
        return fail("bot", "there is no such timezone");
    }
    if !program.strings.iter().all(|string| matches!(string, Value::Text(_))) {
        return fail("strings", "a text constant is no text");
    }
    shapes::verify(program)?;
    for (number, pattern) in program.regexes.iter().enumerate() {
        if regex::Regex::new(pattern).is_err() {
            return fail("regexes", format!("number {number} does not compile"));
        }
    }
    for text in &program.texts {
        verify_text(program, text)?;
    }
    for emit in &program.emits {
        if let EmitDef::Say(say) = emit {
            say_uses(say).into_iter().try_for_each(|used| text_use(program, used, "emits"))?;
            if let Some(on) = say.on {
                within(on.0, program.channels.len(), "emits", "channel")?;
            }
        }
    }
    for function in &program.functions {
        verify_function(program, function, sizes)?;
    }
    tables(program)
}

/// The functions that an exit goes on at.
pub(crate) fn followers(exit: &Exit) -> Vec<FuncId> {
    match exit {
        Exit::Fill { then, .. }
        | Exit::Call { then, .. }
        | Exit::Wait { then }
        | Exit::Repeat { then }
        | Exit::Abandon { then }
        | Exit::Correct { then }
        | Exit::Continue(then) => vec![*then],
        Exit::Confirm { yes, no, .. } => vec![*yes, *no],
        Exit::Choose { arms, .. } => arms.iter().map(|(_, then)| *then).collect(),
        Exit::ChooseFrom { then, none, .. } => std::iter::once(*then).chain(*none).collect(),
        Exit::Do { handlers, failed, then, .. } => {
            handlers.iter().map(|(_, body)| *body).chain(*failed).chain([*then]).collect()
        }
        _ => Vec::new(),
    }
}

/// A function exists and leaves only through exits of its role.
fn role(program: &Program, id: FuncId, role: Role, place: &str) -> Checked {
    let Some(function) = program.functions.get(id.index()) else {
        return fail(place, format!("there is no function {}", id.0));
    };
    let fits = |exit: &Exit| match role {
        Role::Value => matches!(exit, Exit::Value),
        Role::Text => matches!(exit, Exit::Text(_)),
        Role::Urgency => matches!(exit, Exit::Urgency { .. }),
        Role::Skill => matches!(exit, Exit::Skill { .. } | Exit::NoSkill),
        Role::Decide => matches!(exit, Exit::Accept | Exit::Clarify | Exit::Miss),
        Role::Miss => matches!(exit, Exit::Miss | Exit::MissHandoff { .. }),
        Role::Steps => is_step_exit(exit),
    };
    if function.exits.iter().all(fits) {
        Ok(())
    } else {
        fail(&function.name, format!("it leaves through an exit that {place} cannot use"))
    }
}

const fn is_step_exit(exit: &Exit) -> bool {
    !matches!(
        exit,
        Exit::Value
            | Exit::Text(_)
            | Exit::Urgency { .. }
            | Exit::Skill { .. }
            | Exit::NoSkill
            | Exit::Accept
            | Exit::Clarify
            | Exit::Miss
            | Exit::MissHandoff { .. }
    )
}

fn place_in(place: Place, sizes: [u32; 4], what: &str) -> Checked {
    let size = sizes.get(place.space as usize).copied().unwrap_or(0);
    within(place.index, size as usize, what, "cell")
}

/// The register that an instruction writes, and those that it reads.
pub(crate) fn operands(inst: &Inst) -> (Option<Reg>, Vec<Reg>) {
    match inst {
        Inst::Const { dst, .. } | Inst::Load { dst, .. } | Inst::Has { dst, .. } => {
            (Some(*dst), Vec::new())
        }
        Inst::Store { src, .. } => (None, vec![*src]),
        Inst::Clear { .. } => (None, Vec::new()),
        Inst::Not { dst, src } | Inst::Neg { dst, src, .. } => (Some(*dst), vec![*src]),
        Inst::Arith { dst, left, right, .. }
        | Inst::Compare { dst, left, right, .. }
        | Inst::And { dst, left, right }
        | Inst::Or { dst, left, right } => (Some(*dst), vec![*left, *right]),
        Inst::Call { dst, args, .. } => (Some(*dst), args.clone()),
        Inst::Emit { args, .. } => (None, args.clone()),
    }
}
