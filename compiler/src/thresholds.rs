//! Thresholds that follow from the model: `accept at 5% false rejects` is the confidence from which so
//! few of the examples are turned away, each shown to a model that has not learned from it.

use std::sync::Arc;

use flowright_nlu::Model;
use flowright_nlu::value::Decimal;

use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Accept, Fallback, Flow, Project};

/// Decimal places of a threshold that follows from the model: a tenth of a percent.
const STEP: f64 = 1_000.0;
/// What of the utterances that no intent is for a threshold may let through before it is a finding.
const HALF: i64 = Decimal::ONE.0 / 2;

/// A threshold that follows from the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The flow whose it is; nothing for the bot's.
    pub flow: Option<String>,
    /// Share of the utterances that an intent is for which it may turn away.
    pub false_rejects: Decimal,
    /// Confidence from which an intent is accepted, as a share of one.
    pub accept: Decimal,
    /// Share of the utterances that no intent is for that it lets through all the same, as far as it
    /// could be measured.
    pub passes: Option<Decimal>,
    /// Where it stands.
    at: FileSpan,
}

impl Threshold {
    /// The share of a hundred that it lets through of what no intent is for, to a whole percent.
    #[must_use]
    pub fn passes_percent(&self) -> Option<i64> {
        self.passes.map(|share| (share.0 * 100 + Decimal::ONE.0 / 2) / Decimal::ONE.0)
    }
}

/// The thresholds of a project that follow from the model, in order.
pub(crate) fn of(project: &Project, model: &Model) -> Vec<Threshold> {
    let threshold = |(flow, fallback): (Option<&str>, &Fallback)| match fallback.accept {
        Accept::Above(_) => None,
        Accept::AtFalseRejects { share, at } => {
            let accept = accept(&fallback.accept, model);
            let from = accept.0 as f64 / Decimal::ONE.0 as f64;
            let passes = model.passes_at(from as f32);
            let flow = flow.map(str::to_owned);
            let passes = passes.map(|passes| Decimal((passes * Decimal::ONE.0 as f64) as i64));
            Some(Threshold { flow, false_rejects: share, accept, passes, at })
        }
    };
    fallbacks(project).filter_map(threshold).collect()
}

/// Whether a project has such a threshold.
pub(crate) fn follow_from_model(project: &Project) -> bool {
    fallbacks(project).any(|(_, fallback)| matches!(fallback.accept, Accept::AtFalseRejects { .. }))
}

/// The confidence from which an intent is accepted, as a share of one. Without any example nothing is
/// recognised but by patterns, which are sure: any threshold does.
pub(crate) fn accept(accept: &Accept, model: &Model) -> Decimal {
    match accept {
        Accept::Above(share) => *share,
        Accept::AtFalseRejects { share, .. } => {
            let confidence = model.accept_at(share.0 as f64 / Decimal::ONE.0 as f64);
            let steps = (f64::from(confidence.unwrap_or(1.0)) * STEP).floor() as i64;
            Decimal(steps * (Decimal::ONE.0 / STEP as i64))
        }
    }
}

/// Thresholds that let through most of what no intent is for.
pub(crate) fn lets_through(thresholds: &[Threshold]) -> Vec<Diagnostic> {
    let lets = |threshold: &&Threshold| threshold.passes.is_some_and(|share| share.0 > HALF);
    let finding = |threshold: &Threshold| {
        let percent = threshold.passes_percent().unwrap_or_default();
        let accept = Decimal(threshold.accept.0 * 100);
        let message =
            format!("this threshold would accept most of what no intent is for: {percent}%");
        Diagnostic::new(Code::W0604, threshold.at, message)
            .label(format!("comes to `accept above {accept}%`"))
            .help(
                "the least sure examples are hardly surer than other talk: write more examples of the \
                 intents, closer to what customers write",
            )
            .help("or allow more false rejects, or set it yourself: `accept above 60%`")
    };
    thresholds.iter().filter(lets).map(finding).collect()
}

/// Thresholds that too few examples stand behind.
pub(crate) fn check(project: &Project) -> Vec<Diagnostic> {
    let examples: usize = project.intents.iter().map(|intent| intent.spec.examples.len()).sum();
    let finding = |at: FileSpan, share: Decimal| {
        let few = examples as i128 * i128::from(share.0) < i128::from(Decimal::ONE.0);
        few.then(|| {
            let share = share.0.max(1);
            let needed = (Decimal::ONE.0 + share - 1) / share;
            let message = format!("{examples} examples are too few for this threshold");
            Diagnostic::new(Code::W0603, at, message)
                .label("less than one of them may be turned away")
                .help("the threshold will be about as low as the least sure example")
                .help(format!(
                    "write {needed} examples or more, allow more false rejects, or set it \
                     yourself: `accept above 60%`"
                ))
        })
    };
    let one = |(_, fallback): (Option<&str>, &Fallback)| match fallback.accept {
        Accept::AtFalseRejects { share, at } if share.0 > 0 => finding(at, share),
        _ => None,
    };
    fallbacks(project).filter_map(one).collect()
}

fn fallbacks(project: &Project) -> impl Iterator<Item = (Option<&str>, &Fallback)> {
    let flows = project.flows.iter().filter_map(|flow: &Arc<Flow>| {
        flow.fallback.as_ref().map(|fallback| (Some(flow.name.as_str()), fallback))
    });
    std::iter::once((None, &project.fallback)).chain(flows)
}
