//! What is said after a channel has stopped taking messages, or may have: some let a bot write only
//! for so long after the customer last did.

use flowright_nlu::value::Value;

use super::guard::{Around, Channels};
use super::table;
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::ir::ChannelId;
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
    /// How often time may have passed on the way here.
    pauses: u32,
}

impl Silent {
    /// She has answered, after whatever time.
    const fn answered(self) -> Self {
        Self { ms: 0, since: None, pauses: self.pauses.saturating_add(1) }
    }
}

impl Walk<'_> {
    fn flow(&mut self, flow: &Flow) {
        for state in &flow.states {
            self.body(&state.body, Silent::default(), &self.anywhere());
            self.handlers(&state.handlers);
        }
        self.handlers(&flow.handlers);
    }

    fn anywhere(&self) -> Around {
        Around::anywhere(self.project)
    }

    fn handlers(&mut self, handlers: &Handlers) {
        let around = self.anywhere();
        for (ms, body) in &handlers.silences {
            self.body(body, Silent { ms: *ms, ..Silent::default() }, &around);
        }
        let intents = handlers.intents.iter().map(|(_, body)| body);
        for body in intents.chain(&handlers.failure) {
            self.body(body, Silent::default(), &around);
        }
    }

    /// Walks a body; gives the silence at its end.
    fn body(&mut self, body: &Body, mut silent: Silent, around: &Around) -> Silent {
        for step in body {
            silent = self.step(step, silent, around);
        }
        silent
    }

    fn step(&mut self, step: &Step, silent: Silent, around: &Around) -> Silent {
        match &step.kind {
            StepKind::Wait(time) => {
                let ExprKind::Const(Value::Duration(ms)) = time.kind else { return silent };
                let since = Some(step.at);
                let ms = silent.ms.saturating_add(ms.max(0));
                return Silent { ms, since, ..silent.answered() };
            }
            StepKind::Say(say) => match say.on {
                Some(on) => self.sends_on(on, step.at, silent, around),
                None => self.sends(step.at, silent, &around.channels),
            },
            StepKind::Confirm { .. } | StepKind::Choose { .. } | StepKind::ChooseFrom { .. } => {
                self.sends(step.at, silent, &around.channels);
                for body in crate::sema::lints::inner_bodies(step) {
                    self.body(body, silent.answered(), around);
                }
                return silent.answered();
            }
            // Slots that are full are not asked for; one that is, is answered.
            StepKind::Fill(_) | StepKind::Call { .. } => return silent.answered(),
            StepKind::When { arms, otherwise } => {
                let mut left = around.clone();
                let mut ends = Vec::new();
                for (cond, body) in arms {
                    let (holds, fails) = left.split(cond, self.project, silent.pauses);
                    ends.push(self.body(body, silent, &holds));
                    left = fails;
                }
                ends.push(match otherwise {
                    Some(body) => self.body(body, silent, &left),
                    None => silent,
                });
                let pauses = ends.iter().map(|end| end.pauses).max().unwrap_or(silent.pauses);
                let least = ends.into_iter().min_by_key(|end| end.ms).unwrap_or(silent);
                return Silent { pauses, ..least };
            }
            _ => {
                for body in crate::sema::lints::inner_bodies(step) {
                    self.body(body, silent, around);
                }
            }
        }
        silent
    }

    /// Something is sent to a channel of its own, where the customer may not have written for long.
    fn sends_on(&mut self, on: ChannelId, at: FileSpan, silent: Silent, around: &Around) {
        let window = self.windows.get(on.index()).copied().flatten();
        let Some((channel, window)) = self.project.channels.get(on.index()).zip(window) else {
            return;
        };
        if around.channels.iter().all(|number| *number == on.index()) {
            return self.sends(at, silent, &around.channels);
        }
        let is_known = around.reached.contains(&on.index()) && silent.pauses == around.asked;
        if is_known || super::is_std(self.sources, at) {
            return;
        }
        let (name, provider) =
            (&channel.name, table::of_channel(channel).map_or("", |row| row.name));
        let message = format!(
            "this may be said elsewhere than on `{name}`: {provider} takes replies for {} after the last message there",
            hours(window)
        );
        let finding = Diagnostic::new(Code::W0614, at, message)
            .label("she may not have written there for long")
            .help(format!(
                "say what is said then: `when reachable on {name} {{ … }} otherwise {{ … }}`"
            ));
        self.found.push(finding);
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
