//! What the trained model makes of the intents' examples: intents that it takes for each other, and
//! examples that it does not recognise although it has learned from them.
//!
//! Each example is shown to a model that has learned from the others. One that is taken for another
//! intent says little: the others may simply be too few. So two intents are only said to sound alike
//! when several examples say so.

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::spec::{IntentSpec, Spec};
use flowright_nlu::{
    ENTITIES_MAX, EXAMPLE_CHARS_MAX, EXAMPLES_MAX, Encoder, INTENTS_MAX, Judged, Model,
    PATTERNS_MAX, TrainError, train_and_judge,
};

use crate::base::{FileSpan, SourceMap};
use crate::channels::is_std;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Intent, Project};

/// Examples of two intents together that are taken for the other from which they sound alike, if they
/// are also one in `SHARE` of those that were tried out of the intent with fewer.
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

/// The first entity or intent that is more than a model can hold.
fn too_large(project: &Project) -> Option<Diagnostic> {
    let finding = |at: FileSpan, what: String, help: &str| {
        let finding = Diagnostic::new(Code::E0901, at, format!("the project has more than {what}"));
        finding.label("too many from here on").help(help)
    };
    if let Some(entity) = project.entities.get(ENTITIES_MAX) {
        let help = "join entities of the same kind, or split the project";
        return Some(finding(entity.at, format!("{ENTITIES_MAX} entities"), help));
    }
    if let Some((at, help)) = too_many_patterns(project) {
        return Some(finding(at, format!("{PATTERNS_MAX} patterns"), help));
    }
    let (mut examples, mut chars) = (0, 0);
    let over = (1..).zip(&project.intents).find_map(|(number, intent)| {
        examples += learned_from(&intent.spec);
        chars += intent.spec.chars();
        let what = if number > INTENTS_MAX {
            format!("{INTENTS_MAX} intents")
        } else if examples > EXAMPLES_MAX {
            format!("{EXAMPLES_MAX} examples of intents")
        } else if chars > EXAMPLE_CHARS_MAX {
            format!("{EXAMPLE_CHARS_MAX} characters in examples of intents")
        } else {
            return None;
        };
        Some((intent.at, what))
    });
    let (at, what) = over?;
    let help = "join intents that one flow could tell apart, leave out examples that say the same, or \
                split the project";
    Some(finding(at, what, help))
}

/// The first entity or intent whose patterns are more than a model can hold, and a way out.
fn too_many_patterns(project: &Project) -> Option<(FileSpan, &'static str)> {
    let of_entities = project.entities.iter().map(|entity| (entity.kind.patterns(), entity.at));
    let intents = project.intents.iter();
    let of_intents = intents.map(|intent| (intent.spec.patterns.len(), intent.at));
    let mut all = 0;
    let mut over = of_entities.chain(of_intents).filter_map(|(patterns, at)| {
        all += patterns;
        (all > PATTERNS_MAX).then_some(at)
    });
    Some((over.next()?, "join patterns that are alike with `|`, or split the project"))
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
        // Of very many examples not all are tried out.
        let mut tried: BTreeMap<u16, usize> = BTreeMap::new();
        for example in judged {
            let Some(other) = example.held_out else { continue };
            *tried.entry(example.intent).or_default() += 1;
            if other.intent == example.intent {
                continue;
            }
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
            let of = |intent: u16| tried.get(&intent).copied().unwrap_or(0);
            let fewer = of(a).min(of(b));
            let enough = count >= TAKEN && count * SHARE >= fewer;
            let finding = enough.then(|| self.sound_alike((a, forth), (b, back))).flatten()?;
            mixed.insert((a, b));
            Some(finding)
        };
        let findings = pairs.into_iter().filter_map(finding).collect();
        (findings, mixed)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flowright_nlu::Opinion;
    use flowright_nlu::spec::{Example, Piece};

    use super::*;
    use crate::compile::{MemorySources, analyse};

    #[test]
    fn what_a_model_cannot_hold_is_said_with_its_place() {
        let analysis = analyse(&MemorySources::one("b.flow", ONE)).unwrap();
        let whole = analysis.project.unwrap();
        assert!(too_large(&whole).is_none());
        let said = |change: fn(&mut Project)| {
            let mut project = whole.clone();
            change(&mut project);
            too_large(&project).map(|finding| finding.message).unwrap_or_default()
        };
        let long = "the project has more than 20000000 characters in examples of intents";
        assert_eq!(said(|p| longer(p, EXAMPLE_CHARS_MAX)), long);
        let many = "the project has more than 200000 examples of intents";
        assert_eq!(said(|p| first(p).negatives = vec![no_words(); EXAMPLES_MAX]), many);
        let many = "the project has more than 2000 intents";
        assert_eq!(said(|p| p.intents = vec![p.intents[0].clone(); INTENTS_MAX + 1]), many);
        let many = "the project has more than 6400 entities";
        assert_eq!(said(|p| p.entities = vec![p.entities[0].clone(); ENTITIES_MAX + 1]), many);
        // The entity has one already.
        let many = "the project has more than 2000 patterns";
        assert_eq!(said(|p| first(p).patterns = vec!["a".to_owned(); PATTERNS_MAX]), many);
        assert_eq!(said(|p| first(p).patterns = vec!["a".to_owned(); PATTERNS_MAX - 1]), "");
    }

    fn no_words() -> Example {
        Example { lang: None, pieces: Vec::new() }
    }

    fn first(project: &mut Project) -> &mut IntentSpec {
        Arc::make_mut(&mut project.intents[0].spec)
    }

    fn longer(project: &mut Project, chars: usize) {
        let pieces = vec![Piece::Text("a".repeat(chars))];
        first(project).examples.push(Example { lang: None, pieces });
    }

    const ONE: &str = r#"bot b { languages en  timezone "UTC" }
skill desk
route { otherwise -> desk }
entity order_number: text { pattern r"(\d{5})" }
intent one { en "an apple", "apples", "some apples", "one apple", "apple please" }
flow f {
  on intent one
  state s { say "Yes."  end resolved }
}
"#;

    #[test]
    fn of_many_examples_those_that_were_tried_out_count() {
        let examples = |of: &str| {
            let each = (0..20).map(|n| format!("\"{of} number {n}\""));
            each.collect::<Vec<_>>().join(", ")
        };
        let text = format!(
            "bot b {{ languages en  timezone \"UTC\" }}\nskill desk\nroute {{ otherwise -> desk }}\n\
             intent one {{ en {} }}\nintent two {{ en {} }}\n\
             flow f {{\n  on intent one\n  on intent two\n  state s {{ say \"Yes.\"  end resolved }}\n}}\n",
            examples("apple"),
            examples("pear")
        );
        let analysis = analyse(&MemorySources::one("b.flow", &text)).unwrap();
        let (project, sources) = (analysis.project.unwrap(), analysis.sources);
        let named = |name: &str| project.intents.iter().position(|i| i.name == name).unwrap();
        let (one, two) = (named("one") as u16, named("two") as u16);
        let sure = |intent| Opinion { intent, confidence: 0.9 };
        // Every fifth was tried out: of four examples of the first, three sound like the second.
        let judged = |intent: u16, example: usize, taken: u16| Judged {
            intent,
            example,
            held_out: example.is_multiple_of(5).then(|| sure(taken)),
            learned: sure(intent),
            own_confidence: 0.9,
        };
        let first = (0..20).map(|n| judged(one, n, if n < 15 { two } else { one }));
        let all: Vec<Judged> = first.chain((0..20).map(|n| judged(two, n, two))).collect();
        let (findings, mixed) = Reader { project: &project, sources: &sources }.alike(&all);
        assert_eq!((findings.len(), mixed.len()), (1, 1));
        // Of all twenty, these are few.
        let whole = all.iter().map(|judged| Judged {
            held_out: judged.held_out.or(Some(sure(judged.intent))),
            ..*judged
        });
        let whole: Vec<Judged> = whole.collect();
        assert!(Reader { project: &project, sources: &sources }.alike(&whole).0.is_empty());
    }
}
