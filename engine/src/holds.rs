//! Whether a condition holds for a session as it is, outside any step: expectations of tests,
//! claimed properties.

use flowright_compiler::ir::{Exit, FuncId, Inst, Program, Space, turn};
use flowright_nlu::value::Value;

use crate::LoadedProgram;
use crate::model::Session;
use crate::stepper::Stepper;

/// Cells of the turn that a session knows without the turn itself.
const KNOWN_AFTERWARDS: [u32; 8] = [
    turn::TODAY,
    turn::NOW,
    turn::CHANNEL,
    turn::LANGUAGE,
    turn::MISSES,
    turn::BUSINESS_HOURS,
    turn::SENTIMENT,
    turn::REACHABLE,
];

/// Evaluates a condition on the frame on top of the session's stack. What cannot be run does not
/// hold. `now_ms` is the time, ms UTC.
pub(crate) fn holds(program: &LoadedProgram, session: Session, cond: FuncId, now_ms: i64) -> bool {
    let mut session = session;
    let mut stepper = Stepper::new(program, &mut session, now_ms);
    stepper.set_turn_cells();
    match stepper.run(cond) {
        Ok(exited) => {
            matches!(exited.exit, Exit::Value)
                && exited.args.first() == Some(&Some(Value::Bool(true)))
        }
        Err(_) => false,
    }
}

/// Whether a condition reads nothing that only a turn under way knows (its utterance, intent,
/// confidence).
pub(crate) fn can_be_judged_afterwards(program: &Program, cond: FuncId) -> bool {
    let Some(function) = program.functions.get(cond.index()) else { return false };
    function.blocks.iter().flat_map(|block| &block.insts).all(|inst| match inst {
        Inst::Load { place, .. } | Inst::Has { place, .. } if place.space == Space::Turn => {
            KNOWN_AFTERWARDS.contains(&place.index)
        }
        _ => true,
    })
}
