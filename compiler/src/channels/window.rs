//! What is said after a channel has stopped taking messages: some let a bot write only for so long
//! after the customer last did.

use flowright_nlu::value::Value;

use super::guard::{self, Channels};
use super::table;
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Body, ExprKind, Flow, Handlers, Project, Step, StepKind};

/// Checks a flow.
pub(super) fn check_flow(project: &Project, sources: &SourceMap, flow: &Flow) -> Vec<Diagnostic> {
    let windows = project.channels.iter().map(|channel| table::of_channel(channel)?.window_ms);
    let windows: Vec<Option<i64>> = windows.collect();
    let mut walk = Walk { project, sources, windows, found: Vec::new() };
    if walk.windows.iter().any(Option::is_some) {
        walk.flow(flow);
    }
    walk.found
}

struct Walk<'p> {
    project: &'p Project,
    sources: &'p SourceMap,
    /// By channel, in ms.
    windows: Vec<Option<i64>>,
    found: Vec<Diagnostic>,
}

/// How long the customer has been silent at least, and the step that waited last.
#[derive(Debug, Clone, Copy, Default)]
struct Silent {
    ms: i64,
    since: Option<FileSpan>,
}

impl Walk<'_> {
    fn flow(&mut self, flow: &Flow) {
        for state in &flow.states {
            let channels = guard::all(self.project);
            self.body(&state.body, Silent::default(), &channels);
            self.handlers(&state.handlers);
        }
        self.handlers(&flow.handlers);
    }

    fn handlers(&mut self, handlers: &Handlers) {
        let channels = guard::all(self.project);
        for (ms, body) in &handlers.silences {
            self.body(body, Silent { ms: *ms, since: None }, &channels);
        }
        let intents = handlers.intents.iter().map(|(_, body)| body);
        for body in intents.chain(&handlers.failure) {
            self.body(body, Silent::default(), &channels);
        }
    }

    /// Walks a body; gives the silence at its end.
    fn body(&mut self, body: &Body, mut silent: Silent, channels: &Channels) -> Silent {
        for step in body {
            silent = self.step(step, silent, channels);
        }
        silent
    }

    fn step(&mut self, step: &Step, silent: Silent, channels: &Channels) -> Silent {
        match &step.kind {
            StepKind::Wait(time) => {
                let ExprKind::Const(Value::Duration(ms)) = time.kind else { return silent };
                return Silent { ms: silent.ms.saturating_add(ms.max(0)), since: Some(step.at) };
            }
            StepKind::Say(_) => self.sends(step.at, silent, channels),
            StepKind::Confirm { .. } | StepKind::Choose { .. } | StepKind::ChooseFrom { .. } => {
                self.sends(step.at, silent, channels);
                for body in crate::sema::lints::inner_bodies(step) {
                    self.body(body, Silent::default(), channels);
                }
                return Silent::default();
            }
            // Slots that are full are not asked for; one that is, is answered.
            StepKind::Fill(_) | StepKind::Call { .. } => return Silent::default(),
            StepKind::When { arms, otherwise } => {
                let mut left = channels.clone();
                let mut ends = Vec::new();
                for (cond, body) in arms {
                    let (holds, fails) = guard::split(cond, self.project);
                    ends.push(self.body(body, silent, &(&left & &holds)));
                    left = &left & &fails;
                }
                ends.push(match otherwise {
                    Some(body) => self.body(body, silent, &left),
                    None => silent,
                });
                return ends.into_iter().min_by_key(|end| end.ms).unwrap_or(silent);
            }
            _ => {
                for body in crate::sema::lints::inner_bodies(step) {
                    self.body(body, silent, channels);
                }
            }
        }
        silent
    }

    /// Something is sent after that silence.
    fn sends(&mut self, at: FileSpan, silent: Silent, channels: &Channels) {
        let closed = channels.iter().find_map(|number| {
            let window = self.windows.get(*number).copied().flatten()?;
            let channel = self.project.channels.get(*number)?;
            (silent.ms >= window).then_some((channel, window))
        });
        let Some((channel, window)) = closed else { return };
        if super::is_std(self.sources, at) {
            return;
        }
        let name = table::of_channel(channel).map_or("", |row| row.name);
        let message = format!(
            "this does not reach a customer on `{}`: it is sent {} after the last message, {name} takes replies for {}",
            channel.name,
            hours(silent.ms),
            hours(window)
        );
        let mut finding = Diagnostic::new(Code::W0612, at, message).label("too late to be sent");
        if let Some(since) = silent.since {
            finding = finding.related(since, "waits until then");
        }
        let help = format!(
            "say it within {}, or only where it arrives: `when channel != \"{}\" {{ … }}`",
            hours(window),
            channel.name
        );
        self.found.push(finding.help(help));
    }
}

/// `30 h`, `26 h 30 min`
fn hours(ms: i64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
