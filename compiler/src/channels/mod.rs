//! What declared channels can carry, and whether everything that the bot sends fits: texts after
//! their placeholders are filled, menus, labels, and the time in which a channel takes replies.

mod fits;
mod guard;
mod longest;
mod message;
mod pattern;
mod render;
pub mod table;
mod tests;
mod window;

use std::collections::BTreeSet;

use flowright_nlu::lang::Lang;

use self::fits::Fits;
use self::message::Message;
use crate::base::{FileSpan, SourceMap, Spans, is_standard};
use crate::diag::Diagnostic;
use crate::sema::hir::{Flow, Project};

/// What is said of the messages of one flow.
#[derive(Debug, Clone, Default)]
pub(crate) struct OfFlow {
    /// With the language in which the message does not fit.
    fits: Vec<(Lang, Diagnostic)>,
    late: Vec<Diagnostic>,
}

impl Spans for OfFlow {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.fits.iter_mut().for_each(|(_, finding)| finding.spans(see));
        self.late.spans(see);
    }
}

/// Checks every message of a flow against every channel that it can go to.
pub(crate) fn check_flow(project: &Project, sources: &SourceMap, flow: &Flow) -> OfFlow {
    let fits = fitting(project, sources, &message::of_flow(project, flow));
    OfFlow { fits, late: window::check_flow(project, sources, flow) }
}

/// Checks the messages of a project that are no flow's, and puts them with what was said of its
/// flows: one thing of a text is said once, however many flows say it.
pub(crate) fn check<'f>(
    project: &Project,
    sources: &SourceMap,
    flows: impl Iterator<Item = &'f OfFlow> + Clone,
) -> Vec<Diagnostic> {
    let others = fitting(project, sources, &message::of_no_flow(project));
    let mut said = BTreeSet::new();
    let fits = flows.clone().flat_map(|flow| &flow.fits).chain(&others);
    let fresh =
        fits.filter(|(lang, finding)| said.insert((finding.code, finding.primary.at, lang)));
    let mut found: Vec<Diagnostic> = fresh.map(|(_, finding)| finding.clone()).collect();
    found.extend(flows.flat_map(|flow| &flow.late).cloned());
    found
}

fn fitting(
    project: &Project,
    sources: &SourceMap,
    messages: &[Message<'_>],
) -> Vec<(Lang, Diagnostic)> {
    let rows: Vec<_> = project.channels.iter().map(table::of_channel).collect();
    let mut fits = Fits { project, sources, said: BTreeSet::new(), found: Vec::new() };
    for message in messages {
        for channel in &message.channels {
            if let Some(row) = rows.get(*channel).copied().flatten() {
                fits.check(message, *channel, row);
            }
        }
    }
    fits.found
}

/// Whether a place is in a standard module, which a project cannot change there.
pub(crate) fn is_std(sources: &SourceMap, at: FileSpan) -> bool {
    let file = sources.get(at.file);
    file.is_some_and(|file| is_standard(&file.label))
}
