//! What the trained model makes of the intents' examples: intents that it takes for each other, and
//! examples that it does not recognise although it has learned from them.
//!
//! Each example is shown to a model that has learned from the others. One that is taken for another
//! intent says little: the others may simply be too few. So two intents are only said to sound alike
//! when several examples say so.

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::spec::{IntentSpec, Spec};
use flowright_nlu::{
    EXAMPLES_MAX, Encoder, INTENTS_MAX, Judged, Model, TrainError, train_and_judge,
};

use crate::base::{FileSpan, SourceMap};
use crate::channels::is_std;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Intent, Project};

/// Examples of two intents together that are taken for the other from which they sound alike, if they
/// are also one in `SHARE` of the intent with fewer examples.
const TAKEN: usize = 3;
const SHARE: usize = 5;
/// What is less likely than not says nothing.
const LIKELY: f32 = 0.5;
/// From here on what a model takes an example for, that has not learned from it, says by itself that
/// the example stands in the wrong intent.
const SURE: f32 = 0.97;
/// Examples that a finding shows, of each of two intents.
const SHOWN: usize = 3;

/// What comes of training.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The model, unless nothing was trained.
    pub(crate) model: Option<Model>,
    /// The examples were too many to be tried out here.
    pub(crate) left_out: bool,
}

/// What training gave last, and from what.
#[derive(Debug, Default)]
pub(crate) struct Memory(Option<(Spec, (Model, Vec<Judged>))>);

impl Memory {
    /// Trains, unless the last training was from the same with the same encoder. Nothing where what is
    /// to be learned is at fault.
    ///
    /// # Errors
    /// The encoder failed.
    fn trained(&mut self, taught: &Taught<'_>) -> Result<Option<&(Model, Vec<Judged>)>, String> {
        let Taught { spec, encoder, .. } = taught;
        let id = encoder.map(Encoder::id);
        let is_known =
            |(known, (model, _)): &(Spec, (Model, _))| known == *spec && model.encoder() == id;
        if !self.0.as_ref().is_some_and(is_known) {
            self.0 = match train_and_judge(spec, *encoder) {
                Ok(trained) => Some(((*spec).clone(), trained)),
                Err(TrainError::Encoder(error)) => return Err(error.to_string()),
                Err(_) => None,
            };
        }
        Ok(self.0.as_ref().map(|(_, trained)| trained))
    }
}

/// What a model is to learn, and how.
pub(crate) struct Taught<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) encoder: Option<&'a dyn Encoder>,
    /// Examples times intents from which on nothing is tried out.
    pub(crate) work_max: usize,
}

/// Trains the model and looks at the examples, unless there are too many.
///
/// # Errors
/// The encoder failed.
pub(crate) fn check(
    project: &Project,
    sources: &SourceMap,
    taught: &Taught<'_>,
    memory: &mut Memory,
) -> Result<Tried, String> {
    let own = |intent: &&Intent| !is_std(sources, intent.at) && !intent.spec.examples.is_empty();
    if let Some(finding) = too_large(project) {
        return Ok(Tried { diagnostics: vec![finding], ..Tried::default() });
    }
    if !project.intents.iter().any(|intent| own(&intent)) || project.intents.len() < 2 {
        return Ok(Tried::default());
    }
    let intents = &taught.spec.intents;
    let examples: usize = intents.iter().map(learned_from).sum();
    if examples.saturating_mul(intents.len()) > taught.work_max {
        return Ok(Tried { left_out: true, ..Tried::default() });
    }
    // What cannot be trained now is a fault of the compiler, and said where the bundle is made.
    let Some((model, judged)) = memory.trained(taught)? else { return Ok(Tried::default()) };
    let reader = Reader { project, sources };
    let (mut diagnostics, mixed) = reader.alike(judged);
    diagnostics.extend(judged.iter().filter_map(|example| reader.unrecognised(example, &mixed)));
    Ok(Tried { diagnostics, model: Some(model.clone()), left_out: false })
}

/// The first intent that is more than a model can hold.
fn too_large(project: &Project) -> Option<Diagnostic> {
    let mut examples = 0;
    let mut intents = (1..).zip(&project.intents);
    let (_, over) = intents.find(|(number, intent)| {
        examples += learned_from(&intent.spec);
        *number > INTENTS_MAX || examples > EXAMPLES_MAX
    })?;
    let message = format!(
        "the project has more than {INTENTS_MAX} intents, or more than {EXAMPLES_MAX} examples of them"
    );
    let finding = Diagnostic::new(Code::E0901, over.at, message).label("too many from here on");
    Some(finding.help("join intents that one flow could tell apart, or split the project"))
}

/// How many texts a model learns from for an intent: those that it is not as well.
fn learned_from(intent: &IntentSpec) -> usize {
    intent.examples.len() + intent.negatives.len()
}

struct Reader<'a> {
    project: &'a Project,
    sources: &'a SourceMap,
}

/// Examples of the first intent that are taken for the second.
type Taken<'j> = BTreeMap<(u16, u16), Vec<&'j Judged>>;

impl Reader<'_> {
    /// Findings of intents that are taken for each other, and which those are.
    fn alike(&self, judged: &[Judged]) -> (Vec<Diagnostic>, BTreeSet<(u16, u16)>) {
        let mut taken: Taken<'_> = BTreeMap::new();
        for example in judged {
            let Some(other) = example.held_out.filter(|o| o.intent != example.intent) else {
                continue;
            };
            if other.confidence >= LIKELY && self.is_judged(example.intent) {
                taken.entry((example.intent, other.intent)).or_default().push(example);
            }
        }
        let none = Vec::new();
        let pairs = taken.keys().map(|(a, b)| (*a.min(b), *a.max(b)));
        let pairs: BTreeSet<(u16, u16)> = pairs.collect();
        let mut mixed = BTreeSet::new();
        let finding = |(a, b): (u16, u16)| {
            let forth = taken.get(&(a, b)).unwrap_or(&none);
            let back = taken.get(&(b, a)).unwrap_or(&none);
            let count = forth.len() + back.len();
            let fewer = self.examples(a).min(self.examples(b));
            let enough = count >= TAKEN && count * SHARE >= fewer;
            let finding = enough.then(|| self.sound_alike((a, forth), (b, back))).flatten()?;
            mixed.insert((a, b));
            Some(finding)
        };
        let findings = pairs.into_iter().filter_map(finding).collect();
        (findings, mixed)
    }

    fn examples(&self, intent: u16) -> usize {
        self.intent(intent).map_or(0, |intent| intent.spec.examples.len())
    }

    /// One finding for two intents, at the one that comes later, or at the project's own.
    fn sound_alike(
        &self,
        (a, forth): (u16, &Vec<&Judged>),
        (b, back): (u16, &Vec<&Judged>),
    ) -> Option<Diagnostic> {
        let (first, second) = (self.intent(a)?, self.intent(b)?);
        let later = first.at > second.at && !is_std(self.sources, first.at);
        let (at, other) = if later || is_std(self.sources, second.at) {
            (first, second)
        } else {
            (second, first)
        };
        let count = forth.len() + back.len();
        let message = format!("the model takes `{}` and `{}` for each other", at.name, other.name);
        let mut finding = Diagnostic::new(Code::W0507, at.at, message)
            .label(format!("{count} examples of the two sound like the other intent"));
        for (taken, meant) in [(forth, second), (back, first)] {
            for example in taken.iter().take(SHOWN) {
                let Some(place) = self.place(example) else { continue };
                finding = finding.related(place, format!("sounds like `{}`", meant.name));
            }
            if taken.len() > SHOWN {
                let more = taken.len() - SHOWN;
                finding = finding.help(format!("{more} more sound like `{}`", meant.name));
            }
        }
        Some(finding.help(
            "say in the examples what sets the two apart, move those that stand in the wrong one, \
             or make one intent of them",
        ))
    }

    /// An example that the model does not know again, or surely takes for another intent's as long as
    /// it has not learned from it. Of intents that are `mixed` up enough was said.
    fn unrecognised(&self, example: &Judged, mixed: &BTreeSet<(u16, u16)>) -> Option<Diagnostic> {
        let intent = self.intent(example.intent)?;
        if !self.is_judged(example.intent) {
            return None;
        }
        let place = self.place(example)?;
        let name = &intent.name;
        let finding = |message: String, label: String| {
            let finding = Diagnostic::new(Code::W0508, place, message).label(label);
            Some(finding.help(format!(
                "give `{name}` more examples like this one, or move it to the intent that it sounds like"
            )))
        };
        let (own, learned) = (example.intent, example.learned);
        let is_mixed = |other: u16| mixed.contains(&(own.min(other), own.max(other)));
        let unseen = example
            .held_out
            .filter(|held_out| held_out.confidence >= SURE && !is_mixed(held_out.intent));
        let wrong = [Some(learned), unseen].into_iter().flatten().find(|taken| taken.intent != own);
        if let Some(taken) = wrong {
            let other = self.intent(taken.intent).map_or("", |other| other.name.as_str());
            return finding(
                format!("the model takes this example of `{name}` for `{other}`"),
                format!("sounds like `{other}`"),
            );
        }
        if example.own_confidence < LIKELY {
            return finding(
                format!("the model does not recognise this example of `{name}`"),
                format!("only {:.0} % sure", example.own_confidence * 100.0),
            );
        }
        None
    }

    /// Whether examples of an intent count. One with a pattern is known by that, whatever its examples
    /// are like; those of the standard library are short, and not the project's to mend.
    fn is_judged(&self, intent: u16) -> bool {
        self.intent(intent).is_some_and(|intent| {
            intent.spec.patterns.is_empty() && !is_std(self.sources, intent.at)
        })
    }

    fn intent(&self, intent: u16) -> Option<&Intent> {
        self.project.intents.get(usize::from(intent))
    }

    fn place(&self, example: &Judged) -> Option<FileSpan> {
        self.intent(example.intent)?.examples_at.get(example.example).copied()
    }
}
