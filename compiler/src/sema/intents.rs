//! Intents and their example utterances: annotations, languages, enough of them, none in two
//! intents.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{EntityId, Example, Piece};

use super::cx::Checker;
use super::hir;
use super::symbols::Found;
use crate::base::{FileSpan, Span, Spans};
use crate::diag::{Code, Diagnostic};
use crate::memory::Hashed;
use crate::syntax::ast::{self, LangStrings, TemplatePart, TypeExpr};
use crate::syntax::content::word;

/// Examples per language below which a model has little to go by.
const EXAMPLES_WANTED: usize = 3;

/// The examples of an intent.
pub(super) type Sounds = Vec<Sound>;

/// An example as the model sees it, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Sound {
    text: Heard,
    at: FileSpan,
}

/// A text that has its hash with it: all examples of a project are compared in every check.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    hash: u64,
    text: String,
}

impl Hash for Heard {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Spans for Sound {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        see(&mut self.at);
    }
}

impl<'a> Checker<'a> {
    /// Examples and patterns of an intent.
    pub(super) fn intent(&mut self, found: &Found<'a, ast::Intent>) -> hir::Intent {
        self.enter(found);
        let intent = found.node;
        for pattern in &intent.patterns {
            if self.pattern_compiles(&pattern.value, pattern.span) {
                self.pattern_decides(&pattern.value, pattern.span);
            }
        }
        let scope = super::scope::Scope::default();
        let title = intent.title.as_ref().and_then(|title| {
            self.text(title, &scope, super::texts::Reader::Customer).map(hir::TextRef::Inline)
        });
        let (examples, examples_at) = self.examples(&intent.examples);
        let spec = flowright_nlu::spec::IntentSpec {
            name: intent.name.text.clone(),
            examples,
            negatives: self.examples(&intent.negatives).0,
            patterns: intent.patterns.iter().map(|pattern| pattern.value.clone()).collect(),
        };
        let is_mute = spec.examples.is_empty() && spec.patterns.is_empty();
        if is_mute && found.is_std {
            self.standard_lacks();
        } else if is_mute && !found.broken {
            let message = format!("nothing says how `{}` sounds", intent.name.text);
            self.error(
                Code::E0503,
                intent.name.span,
                message,
                "no examples",
                "add at least three per language",
            );
        }
        hir::Intent {
            name: intent.name.text.clone(),
            title,
            spec: Arc::new(spec),
            examples_at,
            starts: None,
            is_repair: false,
            from_std: found.is_std,
            at: self.at(intent.name.span),
        }
    }

    /// Examples with their places.
    pub(super) fn examples(&mut self, groups: &[LangStrings]) -> (Vec<Example>, Vec<FileSpan>) {
        self.commas(groups);
        self.blank_strings(groups, "example");
        let (mut examples, mut places) = (Vec::new(), Vec::new());
        for group in groups {
            if self.leaves_out(group.lang.as_ref()) {
                continue;
            }
            let lang = group.lang.as_ref().and_then(|lang| self.language(lang));
            for string in &group.strings {
                examples.push(Example { lang, pieces: self.pieces(string) });
                places.push(self.at(string.span));
            }
        }
        (examples, places)
    }

    /// A string without a language behind strings of one: a comma was forgotten.
    pub(super) fn commas(&mut self, groups: &[LangStrings]) {
        for group in groups.iter().skip(1).filter(|group| group.lang.is_none()) {
            let Some(string) = group.strings.first() else { continue };
            let place = Span::new(string.span.start, string.span.start);
            let finding = self
                .finding(Code::E0101, string.span, "`,` is missing before this text")
                .label("of which language?")
                .help("put a comma between the texts of one language")
                .fix("insert `,`", self.at(place), ", ");
            self.report(finding);
        }
    }

    fn pieces(&mut self, template: &ast::Template) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in &template.parts {
            match part {
                TemplatePart::Literal { text, .. } => pieces.push(Piece::Text(text.clone())),
                TemplatePart::Annotation { slot, entity, said, .. } => {
                    let ty = TypeExpr::Named(entity.clone());
                    if let Some((_, Some(index))) = self.resolve_type(&ty, &entity.text) {
                        let entity = EntityId(u16::try_from(index.0).unwrap_or(u16::MAX));
                        let said = said.as_ref().and_then(|said| self.said(said, index, &ty));
                        pieces.push(Piece::Slot { slot: slot.text.clone(), entity, said });
                    }
                }
                TemplatePart::Expr(expr) => self.error(
                    Code::E0502,
                    expr.span,
                    "an example says which entity stands here",
                    "no entity",
                    "write `{slot: entity}`",
                ),
                TemplatePart::Plural(ast::Plural { span, .. }) | TemplatePart::Count(span) => {
                    self.plural_elsewhere(*span);
                }
                TemplatePart::Error(_) => {}
            }
        }
        pieces
    }

    /// The examples of an intent as the model sees them.
    pub(super) fn sounds(&self, found: &Found<'a, ast::Intent>) -> Sounds {
        let strings = found.node.examples.iter().flat_map(|group| &group.strings);
        let sound = |string: &ast::Template| {
            let text = example_key(string);
            Sound { text: Heard { hash: word(&text), text }, at: found.at(string.span) }
        };
        strings.map(sound).collect()
    }

    /// Too few examples, or one example in two intents.
    pub(super) fn example_counts(&mut self, intents: &[hir::Intent], sounds: &[Arc<Sounds>]) {
        let mut seen: HashMap<&Heard, (usize, FileSpan), Hashed> = HashMap::default();
        let found = self.symbols.intents.items.clone();
        for (number, ((found, intent), sounds)) in found.iter().zip(intents).zip(sounds).enumerate()
        {
            self.enter(found);
            if !found.is_std && !found.broken {
                self.few_examples(intent, found.node);
            }
            for Sound { text, at } in sounds.iter() {
                match seen.get(text) {
                    Some((other, first)) if *other != number => {
                        let message = format!(
                            "this example is also one of `{}`",
                            intent_name(intents, *other)
                        );
                        let finding = Diagnostic::new(Code::E0504, *at, message)
                            .label("the model cannot tell them apart")
                            .related(*first, "the same here")
                            .help("keep it in one of the two intents");
                        self.report(finding);
                    }
                    Some(_) => {}
                    None => {
                        seen.insert(text, (number, *at));
                    }
                }
            }
        }
    }

    fn few_examples(&mut self, intent: &hir::Intent, node: &ast::Intent) {
        if intent.spec.examples.is_empty() {
            return;
        }
        let count = |lang: &Lang| {
            let of_lang = |e: &&Example| e.lang.is_none_or(|l| l == *lang);
            intent.spec.examples.iter().filter(of_lang).count()
        };
        let short = self.languages.iter().filter(|lang| count(lang) < EXAMPLES_WANTED);
        let (none, few): (Vec<&Lang>, Vec<&Lang>) = short.partition(|lang| count(lang) == 0);
        if !(none.is_empty() && few.is_empty()) && intent.spec.patterns.is_empty() {
            let names = |langs: &[&Lang]| {
                let langs: Vec<String> = langs.iter().map(ToString::to_string).collect();
                super::cx::quoted(&langs)
            };
            let what = match (few.is_empty(), none.is_empty()) {
                (false, true) => format!("few examples in {}", names(&few)),
                (true, _) => format!("no examples in {}", names(&none)),
                (false, false) => {
                    format!("few examples in {}, none in {}", names(&few), names(&none))
                }
            };
            let message = format!("`{}` has {what}", intent.name);
            let finding = self
                .finding(Code::W0503, node.name.span, message)
                .label("the model has little to go by")
                .help(format!("give at least {EXAMPLES_WANTED} per language, as customers write"));
            self.report(finding);
        }
    }
}

fn intent_name(intents: &[hir::Intent], number: usize) -> &str {
    intents.get(number).map_or("", |intent| intent.name.as_str())
}

/// An example as the model sees it: folded, entities in place of their values.
fn example_key(string: &ast::Template) -> String {
    let piece = |part: &TemplatePart| match part {
        TemplatePart::Literal { text, .. } => text.to_lowercase(),
        TemplatePart::Annotation { entity, .. } => format!("{{{}}}", entity.text),
        _ => String::new(),
    };
    string.parts.iter().map(piece).collect::<String>().trim().to_owned()
}
