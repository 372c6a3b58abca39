//! States and transitions that conversations entered, as a table.

use flowright_compiler::ir::Program;
use flowright_engine::Entered;
use flowright_engine::coverage::coverage;

/// The coverage as a table, and what was missed below it.
pub(crate) fn coverage_table<'e>(
    program: &Program,
    entered: impl IntoIterator<Item = &'e Entered>,
    only: Option<&str>,
) -> String {
    let mut text =
        String::from("\ncoverage                                  states   transitions\n");
    let mut missed = String::new();
    for covered in coverage(program, entered, only) {
        let (flow, unseen, untaken) = (covered.flow, covered.unseen(), covered.untaken());
        let ways = covered.ways.len();
        text.push_str(&format!(
            "  {:<38} {:>3}/{:<3}   {:>3}/{:<3}\n",
            flow.name,
            flow.states.len() - unseen.len(),
            flow.states.len(),
            ways - untaken.len(),
            ways
        ));
        for state in unseen {
            missed.push_str(&format!("  not entered: {}.{state}\n", flow.name));
        }
        for (from, to) in untaken {
            missed.push_str(&format!("  not taken:   {}: {from} -> {to}\n", flow.name));
        }
    }
    text + &missed
}
