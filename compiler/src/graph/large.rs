//! Flows that are too large for a check. What is not looked at is said: nobody should take silence
//! for "nothing was found".

use crate::diag::{Code, Diagnostic};
use crate::sema::hir::Flow;

/// What was not looked for, in a flow with too many points.
pub(super) const POINTS: &str = "reads of what may be empty, effects, endless talk and missing answers were not looked for, here and behind calls of it";
/// The same, where the search for loops without the customer gave up.
pub(super) const LOOPS: &str = "not all loops without the customer were looked for";
/// The same, where the search for ways without an answer gave up.
pub(super) const ANSWERS: &str = "not all ways without an answer were looked for";
/// The same, where there are too many effects, calls and menus for so many points.
pub(super) const EFFECTS: &str = "effects that are carried out twice, failures without a way on and menus without choices were not looked for";
/// The same, where more is possible at its points than is told apart.
pub(crate) const BRANCHES: &str = "branches that no conversation takes were not looked for";

/// The finding. `what` is one of the constants here.
pub(crate) fn not_followed(flow: &Flow, what: &'static str) -> Diagnostic {
    let message = format!("`{}` is too large to be followed on all its ways", flow.name);
    Diagnostic::new(Code::W0411, flow.at, message)
        .label(what)
        .help("split it into flows that `call` each other; handlers count anew wherever it waits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{MemorySources, analyse};

    /// The codes said of a flow that reads an empty slot, with so many waits, at each of which a
    /// handler of so many steps may run.
    fn said(waits: usize, steps: usize) -> Vec<Code> {
        let text = format!(
            "bot b {{ languages en timezone \"UTC\" }}\n\
             channel web: websocket\n\
             skill frontline\nroute {{ otherwise -> frontline }}\n\
             flow long {{\n  on start\n  slot name: text {{ ask \"Who?\" }}\n\
             on silence 1h {{ {} }}\n\
             state start {{ say \"{{name}}\" {} end resolved }}\n}}\n",
            "say \"Well?\" ".repeat(steps),
            "wait 5m ".repeat(waits),
        );
        let analysis = analyse(&MemorySources::one("t.flow", &text)).unwrap();
        let codes = analysis.diagnostics.iter().map(|finding| finding.code);
        codes.filter(|code| matches!(code, Code::E0410 | Code::W0411)).collect()
    }

    #[test]
    fn a_flow_that_is_not_followed_is_said_to_be_once() {
        assert_eq!(said(3, 3), [Code::E0410]);
        assert_eq!(said(230, 230), [Code::W0411]);
    }
}
