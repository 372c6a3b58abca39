//! Every `reveal`: the audited exceptions, listed; those without a reason or without need,
//! reported.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::collect::{Dest, Revealed};
use super::demand::Demand;
use super::report::Report;
use crate::base::{FileSpan, SourceMap};
use crate::diag::json::{PlaceView, SCHEMA_VERSION, place};
use crate::diag::place::Place;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::ExprKind;

/// One `reveal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// The whole expression.
    pub at: FileSpan,
    /// What is revealed, as written.
    pub value: String,
    /// The labels that it is let out of: `personal`, `visible to supervisor`.
    pub labels: Vec<String>,
    /// Who gets it, in words.
    pub to: String,
    /// Why.
    pub because: String,
}

impl Report<'_> {
    /// Reports what is wrong with reveals; gives them all, in reading order.
    pub(super) fn reveals(
        &mut self,
        reveals: &BTreeMap<FileSpan, Revealed<'_>>,
        sources: &SourceMap,
    ) -> Vec<Reveal> {
        let mut listed = Vec::new();
        for (at, revealed) in reveals {
            let value = sources.one_line(revealed.value.at);
            let nodes = revealed.nodes.iter();
            let demands: BTreeSet<Demand> =
                nodes.flat_map(|node| self.solved.carried(*node)).collect();
            if revealed.because.trim().is_empty() {
                self.found.push(without_reason(*at));
            }
            if demands.is_empty() && revealed.used {
                self.found.push(needless(*at, revealed, &value));
            }
            listed.push(Reveal {
                at: *at,
                value,
                labels: demands.iter().map(|demand| self.roles.words(*demand)).collect(),
                to: self.reader(revealed.to),
                because: revealed.because.to_owned(),
            });
        }
        listed
    }

    fn reader(&self, to: Dest) -> String {
        match to {
            Dest::Customer => "the customer".to_owned(),
            Dest::Address => "the address of a link or image".to_owned(),
            Dest::Agents => "the agent who takes over".to_owned(),
            Dest::Param { action, param } => {
                let action = self.project.actions.get(action.index());
                let param = action.and_then(|a| Some((a, a.params.get(param as usize)?)));
                param.map_or_else(String::new, |(action, param)| {
                    format!("`{}` of `{}`", param.name, action.name)
                })
            }
            Dest::Kept(node) => self.net.name(node),
            Dest::Branch => "a branch".to_owned(),
            Dest::Check => "a check".to_owned(),
            Dest::Inside => "nobody outside".to_owned(),
        }
    }
}

fn without_reason(at: FileSpan) -> Diagnostic {
    Diagnostic::new(Code::E0705, at, "this `reveal` has no reason")
        .label("nobody can tell whether it is right")
        .help("say who allows it and why: `because \"she asked for it in writing\"`")
}

fn needless(at: FileSpan, revealed: &Revealed<'_>, value: &str) -> Diagnostic {
    let plain = matches!(
        revealed.value.kind,
        ExprKind::Load(_) | ExprKind::Param(_) | ExprKind::Call { .. } | ExprKind::Const(_)
    );
    let text = if plain { value.to_owned() } else { format!("({value})") };
    Diagnostic::new(Code::W0703, at, format!("`{value}` has no label that it could be let out of"))
        .label("everybody may see it anyway")
        .help("remove the `reveal`, or label the value where it is declared")
        .fix("remove the `reveal`", at, text)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    reveals: Vec<View<'a>>,
}

#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    place: PlaceView<'a>,
    value: &'a str,
    labels: &'a [String],
    to: &'a str,
    because: &'a str,
}

fn view<'a>(reveal: &'a Reveal, sources: &'a SourceMap) -> View<'a> {
    let Reveal { at, value, labels, to, because } = reveal;
    View { place: place(*at, sources), value, labels, to, because }
}

/// The list as one JSON document.
#[must_use]
pub fn render_json(reveals: &[Reveal], sources: &SourceMap) -> String {
    let reveals = reveals.iter().map(|reveal| view(reveal, sources)).collect();
    let document = Document { schema_version: SCHEMA_VERSION, reveals };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The list for people: a line for the place and what is revealed, and below it the rest.
#[must_use]
pub fn render_table(reveals: &[Reveal], sources: &SourceMap) -> String {
    let one = |reveal: &Reveal| {
        let Place { file, line, column, .. } = Place::new(reveal.at, sources);
        let labels = match reveal.labels.as_slice() {
            [] => "no label".to_owned(),
            labels => labels.join(", "),
        };
        let Reveal { value, to, because, .. } = reveal;
        format!("{file}:{line}:{column}: {value} ({labels})\n  to: {to}\n  because: {because}\n")
    };
    reveals.iter().map(one).collect()
}
