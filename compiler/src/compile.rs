//! The whole way: sources to findings, and to a bundle when there is nothing wrong.

use std::sync::Arc;

use flowright_nlu::spec::{EntitySpec, Spec};
use flowright_nlu::value::Date;
use flowright_nlu::{Encoder, Model, TrainError, train_with};

use crate::allow::{self, Allowed};
use crate::base::{FileSpan, SourceMap, SourceProvider, Texts, limits};
use crate::bundle::Bundle;
use crate::checks;
use crate::diag::{Code, Diagnostic, sink};
use crate::examples::{self, Tried};
use crate::graph::FlowGraph;
use crate::graph::points::Ways;
use crate::ir;
use crate::ir::places::Places;
use crate::knowledge::Articles;
use crate::labels;
use crate::memory::Layout;
use crate::mends;
use crate::project::{self, Files, Loaded};
use crate::prove::{self, Proofs};
use crate::sema::{self, hir};
use crate::thresholds::{self, Threshold};

/// What is known of a project after all checks.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Every source, the standard modules included.
    pub sources: SourceMap,
    /// The trees of all `.flow` sources.
    pub files: Vec<sema::File>,
    /// Findings in reading order.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that an `allow` in the source hides, in reading order.
    pub allowed: Vec<Allowed>,
    /// Findings left out because there were too many.
    pub cut: usize,
    /// The checked project, when its names and types are right. What later stages found wrong is
    /// among the findings.
    pub project: Option<hir::Project>,
    /// What was proved of it, and what was refuted.
    pub proofs: Proofs,
    /// The articles of its knowledge bases.
    pub articles: Articles,
    /// Its state graphs, by flow; also when only the graph checks found something.
    pub graphs: Vec<Arc<FlowGraph>>,
    /// The intent model, where the checks trained one.
    pub model: Option<Model>,
    /// Thresholds that follow from the model, where the checks trained one.
    pub thresholds: Vec<Threshold>,
    /// The sentence encoder that the project names.
    pub encoder: Option<Arc<dyn Encoder>>,
    /// The intents are too many for a check to try them out on each other; [`compile`] does.
    pub intents_left_out: bool,
    /// Every `reveal`, unless names or types are wrong.
    pub reveals: Option<Vec<labels::Reveal>>,
}

impl Analysis {
    /// Number of errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.is_error()).count()
    }

    /// Number of warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// A compiled project, or what keeps it from being one.
#[derive(Debug)]
pub struct Compiled {
    /// What is known of it.
    pub analysis: Analysis,
    /// The bundle, when there are no errors.
    pub bundle: Option<Bundle>,
}

/// Checks a project.
///
/// # Errors
/// What kept the sources from being read.
pub fn analyse(provider: &dyn SourceProvider) -> Result<Analysis, String> {
    let loaded = Files::default().load(project::texts(provider)?);
    let loaded = loaded.with_articles(provider)?;
    analyse_loaded(loaded, provider.encoder()?, limits::EXAMPLES_TIMES_INTENTS_MAX, None)
}

/// Checks and compiles a project.
///
/// # Errors
/// What kept the sources from being read.
pub fn compile(provider: &dyn SourceProvider) -> Result<Compiled, String> {
    // The model is trained in any case.
    let loaded = Files::default().load(project::texts(provider)?).with_articles(provider)?;
    let mut analysis = analyse_loaded(loaded, provider.encoder()?, usize::MAX, None)?;
    let right = analysis.errors() == 0;
    if let Some(project) = analysis.project.as_ref().filter(|_| right && analysis.model.is_none())
        && let Some(model) = trained(&training_spec(project), analysis.encoder.as_deref())?
    {
        analysis.model = Some(model);
    }
    let bundle = match analysis.project.as_ref().filter(|_| right) {
        Some(_) => match build(&analysis) {
            Ok(bundle) => Some(bundle),
            Err(message) => {
                let finding = Diagnostic::new(Code::E0902, FileSpan::default(), message)
                    .help("this is a fault of the compiler: please report it with the project");
                analysis.diagnostics.push(finding);
                None
            }
        },
        None => None,
    };
    Ok(Compiled { analysis, bundle })
}

/// What is left of a check for the next one.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) sema: sema::Memory,
    pub(crate) checks: checks::Memory,
    pub(crate) examples: examples::Memory,
}

pub(crate) fn analyse_loaded(
    loaded: Loaded,
    encoder: Option<Arc<dyn Encoder>>,
    work_max: usize,
    memory: Option<&mut Memory>,
) -> Result<Analysis, String> {
    let Loaded { sources, files, knowledge, mut diagnostics, cut } = loaded;
    let layout = memory.as_ref().map(|_| Layout::of(&files)).unwrap_or_default();
    let mut of_once = examples::Memory::default();
    let (of_sema, of_checks, of_examples) = match memory {
        Some(Memory { sema, checks, examples }) => (Some(sema), Some(checks), examples),
        None => (None, None, &mut of_once),
    };
    let checked = sema::check_again(&files, &sources, of_sema.map(|memory| (memory, &layout)));
    diagnostics.extend(checked.diagnostics);
    // What a graph says of a project with wrong names or types would mislead.
    let mut sound = checked.project.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    let (mut graphs, mut proofs, mut reveals) = (Vec::new(), Proofs::default(), None);
    let mut articles = Articles::default();
    let mut tried = Tried::default();
    let mut found = Vec::new();
    let mut of_checks = of_checks;
    if let Some(project) = &checked.faulty {
        let memory = of_checks.as_deref_mut().map(|memory| (memory, &layout));
        diagnostics.extend(checks::check_slots(project, &sources, &checked.standings, memory));
    }
    if let Some(project) = &mut sound {
        let memory = of_checks.map(|memory| (memory, &layout));
        let flows = checks::check(project, &sources, &checked.standings, memory);
        diagnostics.extend(flows.diagnostics);
        (graphs, proofs) = (flows.graphs, flows.proofs);
        diagnostics.append(&mut proofs.diagnostics);
        diagnostics.extend(prove::check_rules(project));
        let mut followed = labels::check(project, &sources, &Ways::new(project));
        diagnostics.append(&mut followed.diagnostics);
        reveals = Some(std::mem::take(&mut followed.reveals));
        followed.mask(project);
        let spec = training_spec(project);
        let taught = examples::Taught { spec: &spec, encoder: encoder.as_deref(), work_max };
        tried = examples::check(project, &sources, &taught, of_examples)?;
        diagnostics.append(&mut tried.diagnostics);
        articles = Articles::read(project, &sources, &knowledge, &mut diagnostics);
        diagnostics.extend(thresholds::check(project));
        if thresholds::follow_from_model(project) && tried.model.is_none() && !tried.left_out {
            tried.model = trained(&spec, encoder.as_deref())?;
        }
        let by_model = tried.model.as_ref().map(|model| thresholds::of(project, model));
        found = by_model.unwrap_or_default();
        diagnostics.extend(thresholds::lets_through(&found));
    }
    mends::add(&files, &sources, &mut diagnostics);
    let unchecked: &[Code] =
        if tried.left_out { &[Code::W0507, Code::W0508, Code::W0604] } else { &[] };
    let allowed = allow::apply(&files, &sources, &mut diagnostics, unchecked);
    let cut = cut + sink::tidy(&mut diagnostics);
    let (model, intents_left_out) = (tried.model, tried.left_out);
    Ok(Analysis {
        sources,
        files,
        diagnostics,
        allowed,
        cut,
        project: sound,
        proofs,
        articles,
        graphs,
        model,
        thresholds: found,
        encoder,
        intents_left_out,
        reveals,
    })
}

/// Makes the bundle of a project whose names and types are right, whatever else is wrong with it:
/// so that a conversation that shows what is wrong can be played.
///
/// # Errors
/// A fault of the compiler, in words.
pub fn build(analysis: &Analysis) -> Result<Bundle, String> {
    let project = analysis.project.as_ref().ok_or("names or types are wrong")?;
    match &analysis.model {
        Some(model) => build_with(analysis, model),
        None => {
            let model = train_with(&training_spec(project), analysis.encoder.as_deref());
            build_with(analysis, &model.map_err(|e| e.to_string())?)
        }
    }
}

/// Makes the bundle with a model that was trained before, from what [`training_spec`] gives.
///
/// # Errors
/// A fault of the compiler, in words.
pub fn build_with(analysis: &Analysis, model: &Model) -> Result<Bundle, String> {
    build_with_places(analysis, model).map(|(bundle, _)| bundle)
}

/// The same, and where the steps of its program begin.
///
/// # Errors
/// See [`build_with`].
pub fn build_with_places(analysis: &Analysis, model: &Model) -> Result<(Bundle, Places), String> {
    let project = analysis.project.as_ref().ok_or("names or types are wrong")?;
    let program = ir::lower::lower(project, &analysis.sources, model, &analysis.articles);
    let (mut program, places) = program.map_err(|e| e.to_string())?;
    for property in &mut program.properties {
        property.proved = analysis.proofs.proved.contains(&property.at);
    }
    let program = ir::verify::VerifiedProgram::new(program).map_err(|e| e.to_string())?;
    let model = model.to_bytes();
    let bundle = Bundle { compiler: env!("CARGO_PKG_VERSION").to_owned(), program, model };
    Ok((bundle, places))
}

/// A model; none where what is to be learned is at fault, which is said where the bundle is made.
///
/// # Errors
/// The encoder failed.
fn trained(spec: &Spec, encoder: Option<&dyn Encoder>) -> Result<Option<Model>, String> {
    match train_with(spec, encoder) {
        Ok(model) => Ok(Some(model)),
        Err(TrainError::Encoder(error)) => Err(error.to_string()),
        Err(_) => Ok(None),
    }
}

/// What the intent model learns from.
#[must_use]
pub fn training_spec(project: &hir::Project) -> Spec {
    Spec {
        languages: project.bot.languages.clone(),
        intents: project.intents.iter().map(|intent| (*intent.spec).clone()).collect(),
        entities: project
            .entities
            .iter()
            .map(|entity| EntitySpec { name: entity.name.clone(), kind: entity.kind.clone() })
            .collect(),
    }
}

/// Sources in memory. What ends in `.md` is an article.
#[derive(Debug, Clone, Default)]
pub struct MemorySources(
    /// Label and text of each file.
    pub Vec<(String, Arc<str>)>,
);

impl MemorySources {
    /// One file.
    #[must_use]
    pub fn one(label: &str, text: &str) -> Self {
        Self(vec![(label.to_owned(), text.into())])
    }
}

/// Sources in memory of a project that names a sentence encoder.
#[derive(Debug, Clone, Default)]
pub struct EncodedSources {
    /// The sources.
    pub sources: MemorySources,
    /// The encoder.
    pub encoder: Option<Arc<dyn Encoder>>,
}

impl SourceProvider for EncodedSources {
    fn sources(&self) -> Result<Texts, String> {
        self.sources.sources()
    }

    fn encoder(&self) -> Result<Option<Arc<dyn Encoder>>, String> {
        Ok(self.encoder.clone())
    }

    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        self.sources.articles(path)
    }
}

impl SourceProvider for MemorySources {
    fn sources(&self) -> Result<Texts, String> {
        Ok(self.0.iter().filter(|(label, _)| !is_article(label)).cloned().collect())
    }

    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let inside = |label: &str| label == path || path == "." || label.starts_with(&folder);
        let articles = self.0.iter().filter(|(label, _)| is_article(label) && inside(label));
        let articles: Vec<_> = articles.cloned().collect();
        Ok(Some(articles).filter(|articles| !articles.is_empty()))
    }
}

/// Sources in memory on a day: articles that are due for a review by then are stale.
#[derive(Debug, Clone)]
pub struct Dated(pub MemorySources, pub Date);

impl SourceProvider for Dated {
    fn sources(&self) -> Result<Texts, String> {
        self.0.sources()
    }

    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        self.0.articles(path)
    }

    fn today(&self) -> Option<Date> {
        Some(self.1)
    }
}

fn is_article(label: &str) -> bool {
    label.ends_with(".md")
}
